using System.Collections.Immutable;
using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// What the options of a call demand of each token, for every search alike: which tokens are forced, and how the logits of a position are changed where none
/// is. A forbidden token's logit is minus infinity. Belongs to a search, whose calls reuse its arrays.
/// </summary>
/// <remarks>
/// Rules see a target with the start token before it, as Transformers' processors do, and come in their order. In our own definition only the order of
/// the penalties shows: the other rules forbid, and a forced token is chosen before any rule. In Hugging Face's, forcing is one rule among
/// the others: what it leaves has the score 0, and those after it still hold.
/// </remarks>
internal sealed class LogitRules
{
    private readonly SourceTokens _sources = new();
    private float[] _scratch = [];
    private GenerationOptions _options = GenerationOptions.Default;
    private int _maxLength;
    private int _declaredEndToken;

    /// <summary>The tokens that end a target, at least one.</summary>
    public ReadOnlySpan<int> EndTokens => _options.EndTokens.IsDefaultOrEmpty ? new ReadOnlySpan<int>(ref _declaredEndToken) : _options.EndTokens.AsSpan();

    /// <summary>Whether there is anything to ask the caller with <see cref="Stops"/>.</summary>
    public bool MayStop => _options.StopWhen is not null;

    private bool IsHuggingFace => _options.Definition == SearchDefinition.HuggingFace;

    private ReadOnlySpan<int> ForcedPrefix => _options.ForcedPrefix.AsSpan();

    private ReadOnlySpan<int> ForcedEndTokens => _options.ForceEndToken ? EndTokens[..1] : _options.ForcedEndTokens.AsSpan();

    /// <summary>Takes up the rules of a call.</summary>
    /// <param name="model">The declared tokens and limits.</param>
    /// <param name="settings">The options of the call.</param>
    /// <param name="places">The number of sources that are searched for at once.</param>
    public void Begin(ModelDescription model, in SearchSettings settings, int places)
    {
        _options = settings.Options;
        _maxLength = settings.MaxLength;
        _declaredEndToken = model.EndToken;
        if (LookAtSources(_options))
        {
            _sources.Begin(model, places);
        }
    }

    /// <summary>Takes up a source that is searched for from now on.</summary>
    public void Start(int place, ReadOnlySpan<int> tokens)
    {
        if (LookAtSources(_options))
        {
            _sources.Set(place, tokens);
        }
    }

    /// <summary>Whether a token ends a target.</summary>
    public bool IsEnd(int token) => _options.EndTokens.IsDefaultOrEmpty ? token == _declaredEndToken : _options.EndTokens.AsSpan().Contains(token);

    /// <summary>The token that must stand at a position, or <see langword="null"/>. No other rule holds for it. Hugging Face's definition has none: see <see cref="Apply"/>.</summary>
    public int? ForcedToken(int position) =>
        IsHuggingFace ? null
        : position < ForcedPrefix.Length ? ForcedPrefix[position]
        : position == _maxLength - 1 && ForcedEndTokens is [int end] ? end
        : null;

    /// <summary>Whether <see cref="Apply"/> may change the logits of a position.</summary>
    public bool ApplyAt(int position) =>
        position < _options.MinLength || ApplyEverywhere(_options) || ChangeAt(position) || (position == ForcedPrefix.Length && !_options.BeginSuppressedTokens.IsDefaultOrEmpty);

    /// <summary>Whether <see cref="Apply"/> may do more at a position than forbid tokens, so that it matters whether it sees logits or log-probabilities.</summary>
    public bool ChangeAt(int position) =>
        _options.RepetitionPenalty != 1
        || _options.EncoderRepetitionPenalty != 1
        || position > _options.ExponentialLengthPenalty?.Start
        || (IsHuggingFace && IsForced(position));

    /// <summary>
    /// Whether <see cref="Apply"/> does nothing at a position but forbid tokens, whatever their logits are: then it makes no difference to the best of the others whether it
    /// sees exact logits.
    /// </summary>
    public bool OnlyForbidAt(int position) => _options.Constraint is null && !ChangeAt(position);

    /// <summary>Whether options ask for anything but the model's own choice at some position.</summary>
    public static bool AreAskedFor(GenerationOptions options) =>
        options.MinLength > 0
        || ApplyEverywhere(options)
        || !options.BeginSuppressedTokens.IsDefaultOrEmpty
        || options.ExponentialLengthPenalty is not null
        || !options.Prompt.IsDefaultOrEmpty
        || !options.ForcedPrefix.IsDefaultOrEmpty
        || !options.ForcedEndTokens.IsDefaultOrEmpty
        || options.ForceEndToken
        || options.StopWhen is not null;

    /// <summary>Changes the logits of the token that comes next in one target.</summary>
    /// <param name="logits">The logits of the vocabulary, or log-probabilities, without the tokens that the model suppresses.</param>
    /// <param name="target">The start token and the tokens after it.</param>
    /// <param name="place">The place of the source among those that are searched for.</param>
    /// <param name="sourceIndex">The place of the source in the caller's list.</param>
    public void Apply(Span<float> logits, ReadOnlySpan<int> target, int place, int sourceIndex)
    {
        int position = target.Length - 1;
        if (_options.EncoderRepetitionPenalty != 1)
        {
            RepetitionPenalty.Apply(logits, _sources.Of(place), (float)(1 / _options.EncoderRepetitionPenalty), Scratch(_sources.Of(place).Length));
        }

        if (_options.RepetitionPenalty != 1)
        {
            RepetitionPenalty.Apply(logits, target, (float)_options.RepetitionPenalty, Scratch(target.Length));
        }

        if (_options.NoRepeatNGramSize > 0)
        {
            NoRepeatNGram.Apply(logits, target, target, _options.NoRepeatNGramSize);
        }

        if (_options.EncoderNoRepeatNGramSize > 0)
        {
            NoRepeatNGram.Apply(logits, _sources.Of(place), target, _options.EncoderNoRepeatNGramSize);
        }

        if (IsHuggingFace)
        {
            SuppressedSequences.ApplyAsBadWords(logits, target, _options.SuppressedSequences, EndTokens);
        }
        else
        {
            SuppressedSequences.Apply(logits, target, _options.SuppressedSequences);
        }

        if (position < _options.MinLength)
        {
            SuppressedTokens.Apply(logits, EndTokens);
        }

        if (IsHuggingFace)
        {
            Force(logits, position);
        }

        if (_options.ExponentialLengthPenalty is { } penalty && position > penalty.Start)
        {
            EndTokenGrowth.Apply(logits, EndTokens, penalty.Factor, position - penalty.Start);
        }

        SuppressedTokens.Apply(logits, _options.SuppressedTokens.AsSpan());
        if (position == ForcedPrefix.Length)
        {
            SuppressedTokens.Apply(logits, _options.BeginSuppressedTokens.AsSpan());
        }

        _options.Constraint?.Invoke(new GenerationStep(sourceIndex, target[1..]), new AllowedTokens(this, logits, EndTokens[0]));
    }

    /// <summary>Whether the caller stops a target after its last token. Not asked within the forced prefix.</summary>
    /// <param name="target">The start token and the tokens after it.</param>
    /// <param name="sourceIndex">The place of the source in the caller's list.</param>
    public bool Stops(ReadOnlySpan<int> target, int sourceIndex) =>
        _options.StopWhen is { } stops && target.Length - 1 > ForcedPrefix.Length && stops(new GenerationStep(sourceIndex, target[1..]));

    /// <summary>Room for logits.</summary>
    public Span<float> Scratch(int count) => ReusedArray.Take(ref _scratch, count);

    private void Force(Span<float> logits, int position)
    {
        if (position < ForcedPrefix.Length)
        {
            ForcedTokens.Apply(logits, ForcedPrefix.Slice(position, 1));
        }

        if (position == _maxLength - 1 && !ForcedEndTokens.IsEmpty)
        {
            ForcedTokens.Apply(logits, ForcedEndTokens);
        }
    }

    private bool IsForced(int position) => position < ForcedPrefix.Length || (position == _maxLength - 1 && !ForcedEndTokens.IsEmpty);

    /// <summary>Whether <see cref="Apply"/> may change the logits of every position.</summary>
    private static bool ApplyEverywhere(GenerationOptions options) =>
        options.RepetitionPenalty != 1
        || options.NoRepeatNGramSize > 0
        || LookAtSources(options)
        || !options.SuppressedTokens.IsDefaultOrEmpty
        || !options.SuppressedSequences.IsDefaultOrEmpty
        || options.Constraint is not null;

    private static bool LookAtSources(GenerationOptions options) => options.EncoderRepetitionPenalty != 1 || options.EncoderNoRepeatNGramSize > 0;
}

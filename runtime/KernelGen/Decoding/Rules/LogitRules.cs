using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// What the options of a call demand of each token, for every search alike: which tokens are forced, and how the logits of a position are changed where none
/// is. A forbidden token's logit is minus infinity. Belongs to a search, whose calls reuse its array.
/// </summary>
/// <remarks>
/// Rules see a target with the start token before it, as Hugging Face's processors do. The order: repetition penalty, n-grams, tokens, sequences, minimum
/// length, constraint. All but the first only forbid, so that their order shows in what the constraint sees and nowhere else.
/// </remarks>
internal sealed class LogitRules
{
    private float[] _scratch = [];
    private GenerationOptions _options = GenerationOptions.Default;
    private int _maxLength;
    private int _endToken;

    /// <summary>Takes up the rules of a call.</summary>
    public void Begin(ModelDescription model, in SearchSettings settings)
    {
        _options = settings.Options;
        _maxLength = settings.MaxLength;
        _endToken = model.EndToken;
    }

    /// <summary>The token that must stand at a position, or <see langword="null"/>. No other rule holds for a forced token.</summary>
    public int? ForcedToken(int position)
    {
        if (!_options.ForcedPrefix.IsDefault && position < _options.ForcedPrefix.Length)
        {
            return _options.ForcedPrefix[position];
        }

        return _options.ForceEndToken && position == _maxLength - 1 ? _endToken : null;
    }

    /// <summary>Whether <see cref="Apply"/> may change the logits of a position.</summary>
    public bool ApplyAt(int position) => position < _options.MinLength || ApplyEverywhere(_options);

    /// <summary>Whether options ask for anything but the model's own choice at some position.</summary>
    public static bool AreAskedFor(GenerationOptions options) =>
        options.MinLength > 0
        || ApplyEverywhere(options)
        || !options.ForcedPrefix.IsDefaultOrEmpty
        || options.ForceEndToken
        || options.StopWhen is not null;

    /// <summary>Changes the logits of the token that comes next in one target.</summary>
    /// <param name="logits">The logits of the vocabulary, without the tokens that the model suppresses.</param>
    /// <param name="target">The start token and the tokens after it.</param>
    /// <param name="sourceIndex">The place of the source in the caller's list.</param>
    public void Apply(Span<float> logits, ReadOnlySpan<int> target, int sourceIndex)
    {
        int position = target.Length - 1;
        if (_options.RepetitionPenalty != 1)
        {
            RepetitionPenalty.Apply(logits, target, (float)_options.RepetitionPenalty, Scratch(target.Length));
        }

        if (_options.NoRepeatNGramSize > 0)
        {
            NoRepeatNGram.Apply(logits, target, _options.NoRepeatNGramSize);
        }

        SuppressedSequences.Apply(logits, target, _options.SuppressedTokens, _options.SuppressedSequences);
        if (position < _options.MinLength)
        {
            logits[_endToken] = float.NegativeInfinity;
        }

        _options.Constraint?.Invoke(new GenerationStep(sourceIndex, target[1..]), new AllowedTokens(this, logits, _endToken));
    }

    /// <summary>Whether the caller stops a target after its last token. Not asked within the forced prefix.</summary>
    /// <param name="target">The start token and the tokens after it.</param>
    /// <param name="sourceIndex">The place of the source in the caller's list.</param>
    public bool Stops(ReadOnlySpan<int> target, int sourceIndex) =>
        _options.StopWhen is { } stops
        && (_options.ForcedPrefix.IsDefault || target.Length - 1 > _options.ForcedPrefix.Length)
        && stops(new GenerationStep(sourceIndex, target[1..]));

    /// <summary>Whether there is anything to ask the caller with <see cref="Stops"/>.</summary>
    public bool MayStop => _options.StopWhen is not null;

    /// <summary>Whether <see cref="Apply"/> may change the logits of every position.</summary>
    private static bool ApplyEverywhere(GenerationOptions options) =>
        options.RepetitionPenalty != 1
        || options.NoRepeatNGramSize > 0
        || !options.SuppressedTokens.IsDefaultOrEmpty
        || !options.SuppressedSequences.IsDefaultOrEmpty
        || options.Constraint is not null;

    /// <summary>Room for logits.</summary>
    public Span<float> Scratch(int count) => ReusedArray.Take(ref _scratch, count);
}

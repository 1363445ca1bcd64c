using KernelGen.Families;
using KernelGen.Generator.Specification.Configuration;

namespace KernelGen.Generator.Specification;

/// <summary>The special tokens of a model. Each is <see langword="null"/> where it cannot be decided.</summary>
/// <param name="Start">Begins every target.</param>
/// <param name="End">Ends every target.</param>
/// <param name="Pad">Fills what is shorter than the rest of a batch.</param>
/// <param name="Suppressed">Never generated, in ascending order.</param>
internal sealed record SpecialTokens(Setting<int>? Start, Setting<int>? End, Setting<int>? Pad, EquatableArray<int> Suppressed);

/// <summary>Decides the special tokens, and reports those that cannot be.</summary>
internal sealed class TokenReader
{
    private readonly Declaration _declaration;
    private readonly Preset _preset;
    private readonly SettingReader _read;
    private readonly List<Problem> _problems;

    public TokenReader(Declaration declaration, Preset preset, SettingReader read, List<Problem> problems)
    {
        _declaration = declaration;
        _preset = preset;
        _read = read;
        _problems = problems;
    }

    /// <summary>The special tokens.</summary>
    /// <param name="sourceTokens">The size of the source's vocabulary, where it is known.</param>
    /// <param name="targetTokens">The size of the target's vocabulary, where it is known.</param>
    public SpecialTokens Read(int? sourceTokens, int? targetTokens)
    {
        // Every token belongs to the target; the pad token fills sources too.
        Setting<int>? pad = Token(
            _read.Integer(nameof(Declaration.PadToken), _declaration.PadToken, ConfigurationKeys.PadToken, _preset.PadToken ?? targetTokens - 1),
            sourceTokens is int source && targetTokens is int target ? Math.Min(source, target) : null);
        Setting<int>? start = Token(ReadStart(pad), targetTokens);
        Setting<int>? end = Token(_read.Integer(nameof(Declaration.EndToken), _declaration.EndToken, ConfigurationKeys.EndToken, _preset.EndToken), targetTokens);
        return new SpecialTokens(start, end, pad, ReadSuppressed(pad, end, targetTokens));
    }

    /// <summary>The token that begins a target.</summary>
    private Setting<int>? ReadStart(Setting<int>? pad)
    {
        bool isNamed = _read.Find(ConfigurationKeys.DecoderStartToken) is not null;
        string key = _preset.BeginTokenStarts && !isNamed ? ConfigurationKeys.BeginToken : ConfigurationKeys.DecoderStartToken;
        return _read.Integer(nameof(Declaration.StartToken), _declaration.StartToken, key, _preset.StartToken ?? pad?.Value);
    }

    /// <summary>A token that is in the vocabulary; one that is not is reported.</summary>
    private Setting<int>? Token(Setting<int>? token, int? vocabulary)
    {
        if (token is null || vocabulary is null)
        {
            return null;
        }

        if (token.Value >= 0 && token.Value < vocabulary)
        {
            return token;
        }

        _problems.Add(new Problem(ProblemKind.TokenOutsideVocabulary, token.Place, token.Text, SettingReader.Show(vocabulary.Value - 1)));
        return null;
    }

    private EquatableArray<int> ReadSuppressed(Setting<int>? pad, Setting<int>? end, int? vocabulary)
    {
        var place = Place.Of(nameof(Declaration.SuppressedTokens));
        SortedSet<int> suppressed = [];
        if (_declaration.SuppressedTokens is { } declared)
        {
            foreach (int token in declared)
            {
                if (Token(new Setting<int>(token, place, $"{nameof(Declaration.SuppressedTokens)} holds {SettingReader.Show(token)}, which"), vocabulary) is not null)
                {
                    suppressed.Add(token);
                }
            }
        }
        else
        {
            place = _read.Elsewhere;
            if (_preset.SuppressPadToken && pad is not null)
            {
                suppressed.Add(pad.Value);
                place = pad.Place;
            }

            foreach (int token in ReadBadWords(vocabulary))
            {
                suppressed.Add(token);
            }
        }

        if (end is not null && suppressed.Contains(end.Value))
        {
            bool byPreset = _declaration.SuppressedTokens is null && pad?.Value == end.Value && _preset.SuppressPadToken;
            string reason = byPreset ? "it is the pad token, and the pad token is suppressed by preset" : "it is among the suppressed tokens";
            _problems.Add(new Problem(ProblemKind.EndTokenSuppressed, place.Kind == PlaceKind.Property ? place : end.Place, SettingReader.Show(end.Value), reason));
        }

        if (suppressed.Count > Limits.SuppressedTokens)
        {
            place = _declaration.SuppressedTokens is null ? _read.Elsewhere : place;
            _problems.Add(new Problem(ProblemKind.TooManySuppressedTokens, place, SettingReader.Show(suppressed.Count), SettingReader.Show(Limits.SuppressedTokens)));
        }

        return new EquatableArray<int>(suppressed);
    }

    /// <summary>The single tokens of <c>bad_words_ids</c>. Sequences of several tokens are not supported, and reported as ignored.</summary>
    private IReadOnlyList<int> ReadBadWords(int? vocabulary)
    {
        List<int> tokens = [];
        if (_read.Find(ConfigurationKeys.BadWords) is not JsonValue words)
        {
            return tokens;
        }

        int sequences = 0;
        foreach (JsonValue word in words.Items)
        {
            if (word.Kind != JsonKind.Array || word.Items.Any(static item => !item.TryGetInteger(out _)) || word.Items.Count == 0)
            {
                _read.Invalid(ConfigurationKeys.BadWords, words, "an array of arrays of token ids");
                return [];
            }

            if (word.Items.Count > 1)
            {
                sequences++;
                continue;
            }

            word.Items[0].TryGetInteger(out int token);
            var setting = new Setting<int>(token, _read.Elsewhere, $"\"{ConfigurationKeys.BadWords}\" in {_declaration.Configuration} holds {SettingReader.Show(token)}, which");
            if (Token(setting, vocabulary) is not null)
            {
                tokens.Add(token);
            }
        }

        if (words.Kind != JsonKind.Array)
        {
            _read.Invalid(ConfigurationKeys.BadWords, words, "an array of arrays of token ids");
        }

        if (sequences > 0)
        {
            _problems.Add(new Problem(ProblemKind.BadWordSequenceIgnored, _read.Elsewhere, _declaration.Configuration ?? "", SettingReader.Show(sequences)));
        }

        return tokens;
    }
}

using KernelGen.Families;

namespace KernelGen.Generator.Specification;

/// <summary>Decides how positions are encoded, and reports what cannot be.</summary>
internal sealed class PositionReader
{
    private readonly Declaration _declaration;
    private readonly Preset _preset;
    private readonly ConfigurationKeys _keys;
    private readonly SettingReader _read;
    private readonly List<Problem> _problems;

    public PositionReader(Declaration declaration, Preset preset, ConfigurationKeys keys, SettingReader read, List<Problem> problems)
    {
        _declaration = declaration;
        _preset = preset;
        _keys = keys;
        _read = read;
        _problems = problems;
    }

    /// <summary>The encoding; <see langword="null"/> where it cannot be decided.</summary>
    public PositionalEncoding? ReadEncoding()
    {
        if (_declaration.PositionalEncoding is int declared)
        {
            return _read.Choice(nameof(Declaration.PositionalEncoding), declared, PositionalEncoding.None);
        }

        if (_keys.StaticPositions is null)
        {
            return _preset.PositionalEncoding;
        }

        bool isLearned = _preset.PositionalEncoding == PositionalEncoding.Learned;
        bool isStatic = _read.Flag(null, _keys.StaticPositions, !isLearned);
        if (isStatic == !isLearned)
        {
            return _preset.PositionalEncoding;
        }

        if (isStatic)
        {
            // Hugging Face's static positions are split, in BART as in Marian.
            return PositionalEncoding.SinusoidalSplit;
        }

        _read.Unsupported(
            _keys.StaticPositions,
            _read.Find(_keys.StaticPositions)!,
            "models of this type have sinusoidal positions; set PositionalEncoding if those of this one are learned");
        return null;
    }

    /// <summary>The rows of the table before that of the first position.</summary>
    public int ReadOffset(PositionalEncoding? positions)
    {
        if (_declaration.PositionOffset is not int offset)
        {
            return HasOffset(positions) ? _preset.PositionOffset : 0;
        }

        string? wrong = offset switch
        {
            < 0 => "a row of the table cannot be negative; give 0 or more",
            > Limits.SequenceLength => $"the table would be longer than any that is supported; give at most {SettingReader.Show(Limits.SequenceLength)}",
            not 0 when positions is not null && !HasOffset(positions) =>
                $"only a learned table, or fairseq's, has rows to skip, and the positions are PositionalEncoding.{positions}; remove PositionOffset, or set PositionalEncoding = PositionalEncoding.Learned",
            _ => null,
        };
        if (wrong is not null)
        {
            _problems.Add(new Problem(ProblemKind.PositionOffsetInvalid, Place.Of(nameof(Declaration.PositionOffset)), SettingReader.Show(offset), wrong));
        }

        return offset;
    }

    /// <summary>Refuses a length that is declared and is more than the file has learned positions for.</summary>
    /// <param name="length">The length.</param>
    /// <param name="key">The key of the file that names the number of positions.</param>
    /// <param name="preset">What the family has where the file does not say so.</param>
    public void CheckLearned(Setting<int>? length, string? key, int? preset)
    {
        if (length is null || length.Place.Kind != PlaceKind.Property)
        {
            return;
        }

        Setting<int>? rows = _read.Integer("", null, key, preset);
        if (rows is not null && length.Value > rows.Value)
        {
            _problems.Add(new Problem(ProblemKind.MoreLengthThanLearnedPositions, length.Place, length.Text, SettingReader.Show(rows.Value), _declaration.Configuration ?? ""));
        }
    }

    private static bool HasOffset(PositionalEncoding? positions) => positions is PositionalEncoding.Learned or PositionalEncoding.SinusoidalFairseq;
}

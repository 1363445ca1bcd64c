using KernelGen.Families;

namespace KernelGen.Generator.Specification;

/// <summary>Decides how queries and keys are turned where positions are rotary. Files say which part of a head is.</summary>
internal sealed class RotaryReader
{
    private readonly Declaration _declaration;
    private readonly Preset _preset;
    private readonly ConfigurationKeys _keys;
    private readonly SettingReader _read;

    public RotaryReader(Declaration declaration, Preset preset, ConfigurationKeys keys, SettingReader read)
    {
        _declaration = declaration;
        _preset = preset;
        _keys = keys;
        _read = read;
    }

    /// <summary>How many numbers of a head are turned; <see langword="null"/> where it cannot be decided.</summary>
    /// <param name="headDimension">The width of a head.</param>
    public Setting<int>? ReadDimension(int headDimension)
    {
        if (_declaration.RotaryDimension is int declared)
        {
            return SettingReader.Declared(nameof(Declaration.RotaryDimension), declared);
        }

        foreach (string key in _keys.OtherRotary)
        {
            if (_read.Find(key) is { } value)
            {
                _read.Unsupported(key, value, "angles are not scaled; where those of this model are not either, set RotaryDimension");
                return null;
            }
        }

        // A whole head that is turned has an even width.
        int even = headDimension / 2 * 2;
        double factor = _preset.RotaryFactor;
        if (_keys.RotaryFactor is { } factorKey && _read.Find(factorKey) is { } found)
        {
            if (!found.TryGetNumber(out factor) || factor is not (> 0 and <= 1))
            {
                _read.Invalid(factorKey, found, "a number above 0 and at most 1");
                return null;
            }
        }
        else if ((_preset.RotaryDimension ?? (factor == 1 ? even : null)) is int preset)
        {
            preset = Math.Min(preset, even);
            return new Setting<int>(preset, _read.Elsewhere, $"RotaryDimension = {SettingReader.Show(preset)}, {_preset.Source},");
        }

        // As Transformers has it, the fraction is cut off.
        int dimension = (int)(headDimension * factor);
        return new Setting<int>(dimension, _read.Elsewhere, $"RotaryDimension = {SettingReader.Show(dimension)}");
    }

    /// <summary>The base of the angles; <see langword="null"/> where it cannot be decided.</summary>
    public double? ReadBase()
    {
        double number = _preset.RotaryBase;
        if (_keys.RotaryBase is { } key && _read.Find(key) is { } value && !(value.TryGetNumber(out number) && number is >= 1 and <= 1e30))
        {
            _read.Invalid(key, value, "a number from 1 to 1e30");
            return null;
        }

        return number;
    }
}

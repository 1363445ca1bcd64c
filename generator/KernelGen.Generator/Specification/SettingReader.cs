using System.Globalization;
using KernelGen.Families;
using KernelGen.Generator.Specification.Configuration;

namespace KernelGen.Generator.Specification;

/// <summary>
/// Decides single values: what the attribute sets wins over what the configuration file says, and that over the preset. A value that cannot be used
/// is reported here, and read as <see langword="null"/>.
/// </summary>
internal sealed class SettingReader
{
    private readonly string _path;
    private readonly ConfigurationFile? _file;
    private readonly Preset _preset;
    private readonly List<Problem> _problems;

    public SettingReader(string path, ConfigurationFile? file, Preset preset, List<Problem> problems)
    {
        _path = path;
        _file = file;
        _preset = preset;
        _problems = problems;
    }

    /// <summary>Where a value that the attribute does not set is reported.</summary>
    public Place Elsewhere => _file is null ? Place.Attribute : Place.Constructor;

    public static string Show(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static Setting<int> Declared(string property, int value) => new(value, Place.Of(property), $"{property} = {Show(value)}");

    /// <summary>A whole number.</summary>
    /// <param name="property">The name of the property.</param>
    /// <param name="declared">What the attribute says.</param>
    /// <param name="key">The key of the configuration file, or <see langword="null"/> when it has none.</param>
    /// <param name="preset">What holds when neither says anything.</param>
    /// <returns>The value, or <see langword="null"/> when there is none, or one that is no whole number.</returns>
    public Setting<int>? Integer(string property, int? declared, string? key, int? preset)
    {
        if (declared is int set)
        {
            return Declared(property, set);
        }

        if (key is not null && _file?.Find(key) is JsonValue value)
        {
            if (value.TryGetInteger(out int number))
            {
                return new Setting<int>(number, Elsewhere, $"\"{key}\": {Show(number)} in {_path}");
            }

            Invalid(key, value, "a whole number of 32 bits");
            return null;
        }

        return preset is int known ? new Setting<int>(known, Elsewhere, $"{property} = {Show(known)}, {_preset.Source},") : null;
    }

    /// <summary>A whole number that the file gives twice, for the encoder and for the decoder, and that must be one.</summary>
    public Setting<int>? SharedInteger(string property, int? declared, string encoderKey, string decoderKey, int? preset)
    {
        if (declared is int set)
        {
            return Declared(property, set);
        }

        if (_file is null)
        {
            return Integer(property, null, null, preset);
        }

        Setting<int>? encoder = Integer(property, null, encoderKey, preset);
        Setting<int>? decoder = Integer(property, null, decoderKey, preset);
        if (encoder is not null && decoder is not null && encoder.Value != decoder.Value)
        {
            _problems.Add(new Problem(ProblemKind.EncoderAndDecoderDiffer, Elsewhere, _path, encoderKey, Show(encoder.Value), decoderKey, Show(decoder.Value), property));
            return null;
        }

        return decoder is null ? null : encoder;
    }

    /// <summary>A switch. A key whose value is no boolean is reported, and the preset returned.</summary>
    public bool Flag(bool? declared, string? key, bool preset)
    {
        if (declared is bool set)
        {
            return set;
        }

        if (key is not null && _file?.Find(key) is JsonValue value)
        {
            if (value.Kind == JsonKind.Boolean)
            {
                return value.Text == "true";
            }

            Invalid(key, value, "true or false");
        }

        return preset;
    }

    /// <summary>A number.</summary>
    public Setting<double>? Number(string property, double? declared, string? key, double preset)
    {
        if (declared is double set)
        {
            return new Setting<double>(set, Place.Of(property), $"{property} = {set.ToString("R", CultureInfo.InvariantCulture)}");
        }

        if (key is not null && _file?.Find(key) is JsonValue value)
        {
            if (value.TryGetNumber(out double number))
            {
                return new Setting<double>(number, Elsewhere, $"\"{key}\": {value.Show()} in {_path}");
            }

            Invalid(key, value, "a number");
            return null;
        }

        return new Setting<double>(preset, Elsewhere, "");
    }

    /// <summary>One of the values of an enum; null when the attribute casts a number that is none.</summary>
    public TEnum? Choice<TEnum>(string property, int? declared, TEnum otherwise)
        where TEnum : struct, Enum
    {
        if (declared is not int number)
        {
            return otherwise;
        }

        return DefinedChoice<TEnum>(Place.Of(property), property, number);
    }

    /// <summary>The value of an enum with this number; null, and reported, when there is none.</summary>
    public TEnum? DefinedChoice<TEnum>(Place place, string property, int number)
        where TEnum : struct, Enum
    {
        if (Enum.IsDefined(typeof(TEnum), number))
        {
            return (TEnum)(object)number;
        }

        string known = string.Join(", ", Enum.GetNames(typeof(TEnum)).Select(static name => typeof(TEnum).Name + "." + name));
        _problems.Add(new Problem(ProblemKind.NotAnEnumValue, place, property, Show(number), known));
        return null;
    }

    /// <summary>The text of a key, when the file has it; a value that is no string is reported.</summary>
    public string? Text(string key)
    {
        if (_file?.Find(key) is not JsonValue value)
        {
            return null;
        }

        if (value.Kind == JsonKind.String)
        {
            return value.Text;
        }

        Invalid(key, value, "a string");
        return null;
    }

    public JsonValue? Find(string key) => _file?.Find(key);

    public void Invalid(string key, JsonValue value, string expected) =>
        _problems.Add(new Problem(ProblemKind.ConfigurationValueInvalid, Place.OfKey(key), _path, key, value.Show(), expected));

    public void Unsupported(string key, JsonValue value, string why) =>
        _problems.Add(new Problem(ProblemKind.ConfigurationValueUnsupported, Elsewhere, _path, key, value.Show(), why));
}

using System.Collections.Immutable;
using System.Text.Json;
using KernelGen.Checkpoints;

namespace KernelGen.Decoding;

/// <summary>The values of a generation configuration by their keys, each of the type that its key has. <c>null</c> is as good as no key.</summary>
internal sealed class GenerationValues
{
    private readonly string _source;
    private readonly OrderedDictionary<string, JsonElement> _values = [];
    private readonly HashSet<string> _read = [];

    /// <summary>Takes up an object.</summary>
    /// <param name="source">What it is called in messages.</param>
    /// <param name="root">The object.</param>
    /// <exception cref="InvalidDataException">It is no object, or names a key twice.</exception>
    public GenerationValues(string source, JsonElement root)
    {
        _source = source;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"{source} holds {Shown(root)}; expected one object of generation options.");
        }

        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (!_values.TryAdd(property.Name, property.Value))
            {
                throw new InvalidDataException($"{source} names {CheckpointException.Quote(property.Name)} twice; expected each key once. Remove the wrong one.");
            }
        }
    }

    /// <summary>Whether this is a model's <c>config.json</c>, most of whose keys have nothing to do with generation.</summary>
    public bool IsModelConfiguration => _values.ContainsKey("model_type") || _values.ContainsKey("architectures");

    /// <summary>The keys that were not read, in the order of the file.</summary>
    public IEnumerable<string> Rest() => _values.Keys.Where(key => !_read.Contains(key));

    /// <summary>The place of a key in the file.</summary>
    public int Place(string key) => _values.IndexOf(key);

    /// <summary>Whether a key that is not supported has the value that it would have anyway.</summary>
    public bool IsNeutral(string key) => _values[key] is var value && value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        JsonValueKind.Number => value.GetDouble() == (key is "guidance_scale" or "typical_p" ? 1 : 0),
        _ => false,
    };

    /// <summary>A whole number.</summary>
    public int? Integer(string key, int lowest) =>
        !TryGet(key, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= lowest ? number
        : throw Wrong(key, $"a whole number from {lowest} upwards");

    /// <summary>Any finite number.</summary>
    public double? Number(string key) => !TryGet(key, out JsonElement value) ? null
        : Finite(value) ?? throw Wrong(key, "a finite number");

    /// <summary>A number that is at least another, or above it, in single precision.</summary>
    public double? Number(string key, double lowest, bool isAbove) => !TryGet(key, out JsonElement value) ? null
        : Finite(value) is { } number && float.IsFinite((float)number) && (isAbove ? (float)number > lowest : number >= lowest) ? number
        : throw Wrong(key, FormattableString.Invariant($"a finite number {(isAbove ? "above" : "of at least")} {lowest}"));

    /// <summary>A number of a range.</summary>
    public double? Number(string key, double lowest, double highest) => !TryGet(key, out JsonElement value) ? null
        : Finite(value) is { } number && number >= lowest && number <= highest ? number
        : throw Wrong(key, lowest == double.Epsilon ? $"a number above 0, at most {highest}" : FormattableString.Invariant($"a number from {lowest} to {highest}"));

    /// <summary>True or false.</summary>
    public bool? Flag(string key) => !TryGet(key, out JsonElement value) ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(key, "true or false");

    /// <summary>True, false or "never".</summary>
    public EarlyStopping EarlyStopping(string key) => !TryGet(key, out JsonElement value) ? KernelGen.EarlyStopping.Heuristic : value.ValueKind switch
    {
        JsonValueKind.False => KernelGen.EarlyStopping.Heuristic,
        JsonValueKind.True => KernelGen.EarlyStopping.WhenFull,
        JsonValueKind.String when value.ValueEquals("never"u8) => KernelGen.EarlyStopping.Never,
        _ => throw Wrong(key, "true, false or \"never\""),
    };

    /// <summary>A token.</summary>
    public int? Token(string key) => !TryGet(key, out JsonElement value) ? null : AsToken(value) ?? throw Wrong(key, "a token, which is a whole number from 0 upwards");

    /// <summary>Tokens; none where the key is not there.</summary>
    public ImmutableArray<int> Tokens(string key) => !TryGet(key, out JsonElement value) ? [] : AsTokens(value) ?? throw Wrong(key, "an array of tokens, which are whole numbers from 0 upwards");

    /// <summary>A token, or an array of tokens; none where the key is not there.</summary>
    public ImmutableArray<int> OneOrMoreTokens(string key) => !TryGet(key, out JsonElement value) ? []
        : AsToken(value) is { } token ? [token]
        : AsTokens(value) ?? throw Wrong(key, "a token or an array of tokens, which are whole numbers from 0 upwards");

    /// <summary>Sequences of at least one token; none where the key is not there.</summary>
    public ImmutableArray<ImmutableArray<int>> Sequences(string key)
    {
        if (!TryGet(key, out JsonElement value))
        {
            return [];
        }

        ImmutableArray<ImmutableArray<int>>.Builder sequences = ImmutableArray.CreateBuilder<ImmutableArray<int>>();
        const string Expected = "an array of arrays, each of at least one token, which is a whole number from 0 upwards";
        foreach (JsonElement element in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(key, Expected))
        {
            sequences.Add(AsTokens(element) is { IsEmpty: false } tokens ? tokens : throw Wrong(key, Expected));
        }

        return sequences.DrainToImmutable();
    }

    /// <summary>A start and a factor.</summary>
    public ExponentialLengthPenalty? LengthPenalty(string key) => !TryGet(key, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2 && AsToken(value[0]) is { } start && Finite(value[1]) is { } factor and > 0
            ? new ExponentialLengthPenalty(start, factor)
            : throw Wrong(key, "[start, factor]: a whole number from 0 upwards and a finite number above 0");

    /// <summary>The refusal of a value.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="expected">What was expected in its place.</param>
    public InvalidDataException Wrong(string key, string expected) =>
        new($"{_source}: \"{key}\" is {(_values.TryGetValue(key, out JsonElement value) ? Shown(value) : "not there")}; expected {expected}.");

    private static double? Finite(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number : null;

    private static int? AsToken(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int token) && token >= 0 ? token : null;

    private static ImmutableArray<int>? AsTokens(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        ImmutableArray<int>.Builder tokens = ImmutableArray.CreateBuilder<int>(value.GetArrayLength());
        foreach (JsonElement element in value.EnumerateArray())
        {
            if (AsToken(element) is not { } token)
            {
                return null;
            }

            tokens.Add(token);
        }

        return tokens.MoveToImmutable();
    }

    private static string Shown(JsonElement value) => CheckpointException.Quote(value.GetRawText());

    private bool TryGet(string key, out JsonElement value)
    {
        _read.Add(key);
        return _values.TryGetValue(key, out value) && value.ValueKind != JsonValueKind.Null;
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;

namespace KernelGen.Text;

/// <summary>One token for each character, from a vocabulary that is a JSON array: the index of a character is its token.</summary>
/// <remarks>
/// A character is a Unicode scalar value, so a surrogate pair is one. The vocabulary must hold the four special tokens <c>&lt;pad&gt;</c>,
/// <c>&lt;sos&gt;</c>, <c>&lt;eos&gt;</c> and <c>&lt;unk&gt;</c>, at any index; any other entry of several characters can be decoded, but no text is encoded to it.
/// A character that the vocabulary does not have becomes <c>&lt;unk&gt;</c>, and so does a lone surrogate.
/// </remarks>
public sealed class VocabularyTokenizer : ITokenizer
{
    private readonly string[] _entries;
    private readonly Dictionary<int, int> _tokenOfCharacter;
    private readonly VocabularyTokenizerOptions _options;
    private readonly int _pad;
    private readonly int _start;
    private readonly int _end;
    private readonly int _unknown;

    private VocabularyTokenizer(string[] entries, VocabularyTokenizerOptions? options, string source)
    {
        _entries = entries;
        _options = options ?? new VocabularyTokenizerOptions();
        _tokenOfCharacter = new Dictionary<int, int>(entries.Length);
        var longer = new Dictionary<string, int>();
        for (int token = 0; token < entries.Length; token++)
        {
            string entry = entries[token];
            if (entry.Length == 0)
            {
                throw new InvalidDataException($"{source} is not a usable vocabulary: entry {token} is empty. Every entry must be a character or a special token.");
            }

            bool isCharacter = Rune.DecodeFromUtf16(entry, out Rune character, out int length) == OperationStatus.Done && length == entry.Length;
            if (isCharacter ? !_tokenOfCharacter.TryAdd(character.Value, token) : !longer.TryAdd(entry, token))
            {
                int first = isCharacter ? _tokenOfCharacter[character.Value] : longer[entry];
                throw new InvalidDataException($"{source} is not a usable vocabulary: entry {token}, \"{entry}\", is there already as entry {first}. Every entry must be there once.");
            }
        }

        _pad = Special("<pad>");
        _start = Special("<sos>");
        _end = Special("<eos>");
        _unknown = Special("<unk>");

        int Special(string name) => longer.TryGetValue(name, out int token)
            ? token
            : throw new InvalidDataException($"{source} is not a usable vocabulary: it lacks the special token {name}. It must hold <pad>, <sos>, <eos> and <unk>.");
    }

    /// <inheritdoc/>
    public int VocabularySize => _entries.Length;

    /// <inheritdoc/>
    public int? PadToken => _pad;

    /// <inheritdoc/>
    public int? StartToken => _start;

    /// <inheritdoc/>
    public int? EndToken => _end;

    /// <inheritdoc/>
    public int? UnknownToken => _unknown;

    /// <summary>Reads a vocabulary from a file.</summary>
    /// <param name="path">The path of a JSON file in UTF-8.</param>
    /// <param name="options">What to do to a text beside looking up its characters, or <see langword="null"/> for the defaults.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">It is not JSON, not an array of strings, has an entry twice, or lacks a special token.</exception>
    public static VocabularyTokenizer Load(string path, VocabularyTokenizerOptions? options = null) =>
        Load(File.ReadAllBytes(path), options, FileContents.Name(path));

    /// <summary>Reads a vocabulary from what is left of a stream.</summary>
    /// <param name="stream">A stream of JSON in UTF-8. It stays open.</param>
    /// <param name="options">What to do to a text beside looking up its characters, or <see langword="null"/> for the defaults.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">It is not JSON, not an array of strings, has an entry twice, or lacks a special token.</exception>
    public static VocabularyTokenizer Load(Stream stream, VocabularyTokenizerOptions? options = null) =>
        Load(FileContents.Read(stream), options, FileContents.Unnamed);

    /// <summary>Reads a vocabulary from memory.</summary>
    /// <param name="json">JSON in UTF-8.</param>
    /// <param name="options">What to do to a text beside looking up its characters, or <see langword="null"/> for the defaults.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">It is not JSON, not an array of strings, has an entry twice, or lacks a special token.</exception>
    public static VocabularyTokenizer Load(ReadOnlySpan<byte> json, VocabularyTokenizerOptions? options = null) =>
        Load(json, options, FileContents.Unnamed);

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<int>(text.Length + 1);
        Encode(text, tokens);
        return [.. tokens];
    }

    /// <inheritdoc/>
    public void Encode(string text, List<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        ReadOnlySpan<char> rest = _options.Normalize ? Nfkc.Normalize(text) : text;
        while (!rest.IsEmpty)
        {
            bool isCharacter = Rune.DecodeFromUtf16(rest, out Rune character, out int length) == OperationStatus.Done;
            rest = rest[length..];
            if (isCharacter && _options.RemoveWhiteSpace && Rune.IsWhiteSpace(character))
            {
                continue;
            }

            tokens.Add(isCharacter && _tokenOfCharacter.TryGetValue(character.Value, out int token) ? token : _unknown);
        }

        if (_options.AppendEndToken)
        {
            tokens.Add(_end);
        }
    }

    /// <inheritdoc/>
    /// <remarks>An unknown token becomes U+FFFD, the replacement character.</remarks>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var text = new StringBuilder(tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
        {
            int token = tokens[i];
            TokenRange.Check(tokens, i, _entries.Length);
            if (token == _unknown)
            {
                text.Append('\uFFFD');
            }
            else if (token != _pad && token != _start && token != _end)
            {
                text.Append(_entries[token]);
            }
        }

        return text.ToString();
    }

    private static VocabularyTokenizer Load(ReadOnlySpan<byte> json, VocabularyTokenizerOptions? options, string source) =>
        new(ReadEntries(json, source), options, source);

    private static string[] ReadEntries(ReadOnlySpan<byte> json, string source)
    {
        ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
        if (json.StartsWith(byteOrderMark))
        {
            json = json[byteOrderMark.Length..];
        }

        var entries = new List<string>(json.Length / 8);
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                throw new InvalidDataException($"{source} is not a vocabulary: it holds {Describe(reader.TokenType)} where an array of strings was expected.");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.String)
                {
                    throw new InvalidDataException($"{source} is not a vocabulary: entry {entries.Count} is {Describe(reader.TokenType)}. Every entry must be a string.");
                }

                entries.Add(ReadEntry(ref reader, entries.Count, source));
            }

            // Anything but white space after the array is an error of its own.
            reader.Read();
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"{source} is not JSON: the error is in line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}, after {entries.Count} entries. "
                + "A vocabulary is a JSON array of strings in UTF-8.",
                exception);
        }

        return [.. entries];
    }

    private static string ReadEntry(ref Utf8JsonReader reader, int index, string source)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            // The reader's word for bytes that are not UTF-8 and for half a surrogate pair in an escape.
            throw new InvalidDataException($"{source} is not a usable vocabulary: entry {index} is not valid Unicode. A vocabulary is a JSON array of strings in UTF-8.", exception);
        }
    }

    private static string Describe(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };
}

using System.Buffers;
using System.Globalization;
using System.Text;

namespace KernelGen.Text;

/// <summary>One token for each character, or each word, from a vocabulary that is a JSON array: the index of an entry is its token.</summary>
/// <remarks>
/// A character is a Unicode scalar value, so a surrogate pair is one. The vocabulary must hold the four special tokens <c>&lt;pad&gt;</c>,
/// <c>&lt;sos&gt;</c>, <c>&lt;eos&gt;</c> and <c>&lt;unk&gt;</c>, at any index; no text is encoded to these. Where the unit is the character, any other entry of
/// several characters can be decoded, but no text is encoded to it either.
/// What the vocabulary does not have becomes <c>&lt;unk&gt;</c>, and so does a lone surrogate, or a word that holds one.
/// </remarks>
public sealed partial class VocabularyTokenizer : ITokenizer, ISpanTokenizer
{
    private readonly string[] _entries;
    private readonly Dictionary<int, int> _tokenOfCharacter;

    /// <summary>The tokens of the entries that are not one character.</summary>
    private readonly Dictionary<string, int> _longer = [];
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
        for (int token = 0; token < entries.Length; token++)
        {
            string entry = entries[token];
            if (entry.Length == 0)
            {
                throw new InvalidDataException($"{source} is not a usable vocabulary: entry {token} is empty. Every entry must be a character, a word or a special token.");
            }

            bool isCharacter = IsCharacter(entry, out Rune character);
            if (isCharacter ? !_tokenOfCharacter.TryAdd(character.Value, token) : !_longer.TryAdd(entry, token))
            {
                int first = isCharacter ? _tokenOfCharacter[character.Value] : _longer[entry];
                throw new InvalidDataException($"{source} is not a usable vocabulary: entry {token}, {VocabularyFile.Quote(entry)}, is there already as entry {first}. Every entry must be there once.");
            }
        }

        _pad = Special(Pad);
        _start = Special(Start);
        _end = Special(End);
        _unknown = Special(Unknown);

        int Special(string name) => _longer.TryGetValue(name, out int token)
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
    /// <param name="options">How to take a text apart, or <see langword="null"/> for the defaults.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">It is not JSON, not an array of strings, has an entry twice, or lacks a special token.</exception>
    public static VocabularyTokenizer Load(string path, VocabularyTokenizerOptions? options = null) =>
        Load(FileContents.Read(path), options, FileContents.Name(path));

    /// <summary>Reads a vocabulary from what is left of a stream.</summary>
    /// <param name="stream">A stream of JSON in UTF-8. It stays open.</param>
    /// <param name="options">How to take a text apart, or <see langword="null"/> for the defaults.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">It is not JSON, not an array of strings, has an entry twice, or lacks a special token.</exception>
    public static VocabularyTokenizer Load(Stream stream, VocabularyTokenizerOptions? options = null) =>
        Load(FileContents.Read(stream), options, FileContents.Unnamed);

    /// <summary>Reads a vocabulary from memory.</summary>
    /// <param name="json">JSON in UTF-8.</param>
    /// <param name="options">How to take a text apart, or <see langword="null"/> for the defaults.</param>
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
        EncodeUnits(_options.Normalize ? Nfkc.Normalize(text) : text, tokens);
        if (_options.AppendEndToken)
        {
            tokens.Add(_end);
        }
    }

    /// <inheritdoc/>
    public void Encode(string text, List<TokenSpan> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        var ofPart = new List<int>();
        for (int start = 0; start < text.Length;)
        {
            int length = _options.Unit == VocabularyUnit.Word ? LengthOfWord(text, start) : StringInfo.GetNextTextElementLength(text, start);
            string part = text.Substring(start, length);
            ofPart.Clear();
            EncodeUnits(_options.Normalize ? Nfkc.Normalize(part) : part, ofPart);
            foreach (int token in ofPart)
            {
                tokens.Add(new TokenSpan(token, start, length));
            }

            start += length;
        }

        if (_options.AppendEndToken)
        {
            tokens.Add(new TokenSpan(_end, text.Length, 0));
        }
    }

    /// <inheritdoc/>
    /// <remarks>An unknown token becomes U+FFFD, the replacement character. Words are joined by single spaces.</remarks>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        TokenRange.Check(tokens, _entries.Length);
        var text = new StringBuilder(tokens.Length);
        var sequence = new Sequence(this);
        foreach (int token in tokens)
        {
            text.Append(sequence.Append(token));
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public StreamingDecoder CreateDecoder() => new Sequence(this);

    /// <inheritdoc/>
    public string Piece(int token)
    {
        TokenRange.Check(token, _entries.Length);
        return _entries[token];
    }

    private static VocabularyTokenizer Load(ReadOnlySpan<byte> json, VocabularyTokenizerOptions? options, string source) =>
        new(VocabularyFile.ReadArray(json, source), options, source);

    /// <summary>What a token adds to text, apart from the space before a word.</summary>
    private string TextOf(int token) =>
        token == _unknown ? "\uFFFD" : token == _pad || token == _start || token == _end ? "" : _entries[token];

    private void EncodeUnits(ReadOnlySpan<char> text, List<int> tokens)
    {
        while (TryTakeUnit(ref text, _options, out ReadOnlySpan<char> unit))
        {
            tokens.Add(TokenOf(unit));
        }
    }

    private int TokenOf(ReadOnlySpan<char> unit)
    {
        if (IsCharacter(unit, out Rune character))
        {
            return _tokenOfCharacter.GetValueOrDefault(character.Value, _unknown);
        }

        return _longer.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(unit, out int token) && token != _pad && token != _start && token != _end ? token : _unknown;
    }

    /// <summary>Takes the next character or word from the start of a text.</summary>
    /// <param name="text">The text; afterwards, what is left of it.</param>
    /// <param name="options">What a unit is.</param>
    /// <param name="unit">The unit: a character may be half a surrogate pair.</param>
    /// <returns>Whether there was one.</returns>
    private static bool TryTakeUnit(ref ReadOnlySpan<char> text, VocabularyTokenizerOptions options, out ReadOnlySpan<char> unit)
    {
        bool isWord = options.Unit == VocabularyUnit.Word;
        text = isWord || options.RemoveWhiteSpace ? text.TrimStart() : text;
        unit = text;
        if (text.IsEmpty)
        {
            return false;
        }

        int length = 1;
        if (isWord)
        {
            while (length < text.Length && !char.IsWhiteSpace(text[length]))
            {
                length++;
            }
        }
        else
        {
            Rune.DecodeFromUtf16(text, out _, out length);
        }

        unit = text[..length];
        text = text[length..];
        return true;
    }

    /// <summary>The length of a run of white space, or of anything but white space. Normalisation makes nothing of the two together.</summary>
    private static int LengthOfWord(string text, int start)
    {
        int end = start + 1;
        while (end < text.Length && char.IsWhiteSpace(text[end]) == char.IsWhiteSpace(text[start]))
        {
            end++;
        }

        return end - start;
    }

    private static bool IsCharacter(ReadOnlySpan<char> text, out Rune character) =>
        Rune.DecodeFromUtf16(text, out character, out int length) == OperationStatus.Done && length == text.Length;

    /// <summary>One sequence, on its way from tokens to text; every entry is whole characters, so that nothing is ever held back.</summary>
    private sealed class Sequence(VocabularyTokenizer vocabulary) : StreamingDecoder
    {
        private bool _hasWord;

        public override string Append(int token)
        {
            TokenRange.Check(token, vocabulary.VocabularySize);
            string text = vocabulary.TextOf(token);
            if (vocabulary._options.Unit != VocabularyUnit.Word || text.Length == 0)
            {
                return text;
            }

            text = _hasWord ? " " + text : text;
            _hasWord = true;
            return text;
        }

        public override string Flush()
        {
            _hasWord = false;
            return "";
        }
    }
}

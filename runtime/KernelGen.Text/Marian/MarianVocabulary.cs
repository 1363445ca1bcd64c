using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>Marian's <c>vocab.json</c>: the pieces of both languages and their tokens.</summary>
internal sealed class MarianVocabulary
{
    private readonly Dictionary<string, int> _tokens;
    private readonly string[] _pieces;

    private MarianVocabulary(Dictionary<string, int> tokens, string source)
    {
        _tokens = tokens;
        Source = source;
        EndToken = Special("</s>");
        UnknownToken = Special("<unk>");

        // Marian itself has no padding; Hugging Face's conversion puts it last.
        tokens.TryAdd("<pad>", tokens.Count);
        PadToken = tokens["<pad>"];
        _pieces = new string[tokens.Count];
        foreach ((string piece, int token) in tokens)
        {
            _pieces[token] = piece;
        }

        LanguageCodes = [.. _pieces.Where(static piece => LanguageCodeLength(piece) == piece.Length && piece.Length > 0)];

        int Special(string name) => tokens.TryGetValue(name, out int token)
            ? token
            : throw new InvalidDataException($"{source} is not a usable vocabulary: it lacks the special token {name}. Marian's vocabularies hold </s> and <unk>.");
    }

    /// <summary>How errors name the vocabulary.</summary>
    public string Source { get; }

    /// <summary>The number of tokens.</summary>
    public int Count => _pieces.Length;

    public int EndToken { get; }

    public int UnknownToken { get; }

    public int PadToken { get; }

    /// <summary>The codes of target languages.</summary>
    public ImmutableArray<string> LanguageCodes { get; }

    /// <summary>Reads a vocabulary.</summary>
    /// <param name="json">JSON in UTF-8.</param>
    /// <param name="source">How errors name it.</param>
    /// <exception cref="InvalidDataException">It is not a vocabulary of Marian's.</exception>
    public static MarianVocabulary Read(byte[] json, string source) => new(VocabularyFile.ReadObject(json, source), source);

    /// <summary>The length of the language code that a text begins with, such as <c>&gt;&gt;fra&lt;&lt;</c>, or 0.</summary>
    public static int LanguageCodeLength(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith(">>"))
        {
            return 0;
        }

        int end = text[2..].IndexOf("<<");
        ReadOnlySpan<char> code = end > 0 ? text.Slice(2, end) : [];
        foreach (char character in code)
        {
            if (char.IsWhiteSpace(character) || character is '<' or '>')
            {
                return 0;
            }
        }

        return code.IsEmpty ? 0 : end + 4;
    }

    /// <summary>The piece of a token.</summary>
    public string Piece(int token) => _pieces[token];

    /// <summary>The token of a piece; the unknown token where it has none.</summary>
    public int TokenOf(ReadOnlySpan<char> piece) =>
        _tokens.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(piece, out int token) ? token : UnknownToken;

    /// <summary>The token of a part of text that one language's model does not know, where the vocabulary has it: never a special token or a language code.</summary>
    public int TokenOfUnknown(ReadOnlySpan<char> text)
    {
        int token = TokenOf(text);
        return token == EndToken || token == PadToken || LanguageCodeLength(text) > 0 ? UnknownToken : token;
    }
}

using System.Collections.Immutable;
using System.Text;

namespace KernelGen.Text;

/// <summary>The added tokens of a tokenizer: those of its file and those of its user.</summary>
internal sealed class AddedVocabulary
{
    /// <summary>The most bytes that an added token is written with, so that no file makes the search at each place of a text long.</summary>
    private const int LongestContent = 1024;

    private readonly Dictionary<int, byte[]> _contents = [];
    private readonly PieceTable _table = new();
    private readonly List<int> _tokens = [];

    /// <summary>Puts the tokens together.</summary>
    /// <exception cref="InvalidDataException">They contradict each other or the vocabulary.</exception>
    public AddedVocabulary(TokenizerParts parts, ImmutableArray<AddedToken> others)
    {
        foreach (AddedToken token in parts.AddedTokens)
        {
            Add(token, parts);
        }

        foreach (AddedToken token in others.IsDefault ? [] : others)
        {
            Add(token ?? throw new ArgumentException("An added token is null."), parts);
        }

        Tokens = others.IsDefaultOrEmpty ? parts.AddedTokens : parts.AddedTokens.AddRange(others);
        InText = Matcher(static token => !token.IsNormalized, parts, rewritten: false);
        InNormalizedText = Matcher(static token => token.IsNormalized, parts, rewritten: true);
    }

    /// <summary>One more than the greatest token.</summary>
    public int Size { get; private set; }

    /// <summary>The tokens.</summary>
    public ImmutableArray<AddedToken> Tokens { get; }

    /// <summary>Finds those that are found in texts as they are given.</summary>
    public AddedTokenMatcher? InText { get; }

    /// <summary>Finds those that are found in normalised texts.</summary>
    public AddedTokenMatcher? InNormalizedText { get; }

    /// <summary>The token that is written so, or -1.</summary>
    public int Find(ReadOnlySpan<byte> content) => _table.Find(content) is >= 0 and int index ? _tokens[index] : -1;

    /// <summary>How a token is written, or <see langword="null"/> where it is not an added one.</summary>
    public byte[]? ContentOf(int token) => _contents.GetValueOrDefault(token);

    private void Add(AddedToken token, TokenizerParts parts)
    {
        byte[] content = Encoding.UTF8.GetBytes(token.Content);
        if (content.Length is 0 or > LongestContent)
        {
            throw Wrong($"is written with {content.Length} bytes; it must have 1 to {LongestContent}");
        }

        int inVocabulary = parts.Vocabulary.Find(content);
        if (inVocabulary >= 0 && inVocabulary != token.Token)
        {
            throw Wrong($"has the number {token.Token}, but the model's vocabulary has it as {inVocabulary}");
        }

        if (inVocabulary < 0 && parts.Vocabulary.Has(token.Token))
        {
            throw Wrong($"has the number {token.Token}, which the model's vocabulary has for {VocabularyFile.Quote(Encoding.UTF8.GetString(parts.Vocabulary[token.Token]))}");
        }

        if (token.Token < 0 || token.Token >= parts.Vocabulary.Size + PieceTable.MostHoles)
        {
            throw Wrong($"has the number {token.Token}; the model's vocabulary has {parts.Vocabulary.Count} pieces, and numbers may leave out {PieceTable.MostHoles} at most");
        }

        if (Find(content) is >= 0 and int other)
        {
            throw Wrong($"is there twice, as {other} and as {token.Token}");
        }

        if (!_contents.TryAdd(token.Token, content))
        {
            throw Wrong($"has the number {token.Token}, which {VocabularyFile.Quote(Encoding.UTF8.GetString(_contents[token.Token]))} has, too");
        }

        _table.Add(content, _tokens.Count);
        _tokens.Add(token.Token);
        Size = Math.Max(Size, token.Token + 1);

        InvalidDataException Wrong(string what) =>
            new($"{parts.Source} is not a usable tokenizer: the added token {VocabularyFile.Quote(token.Content)} {what}. Use the files of one model as they were published.");
    }

    private AddedTokenMatcher? Matcher(Func<AddedToken, bool> isOne, TokenizerParts parts, bool rewritten)
    {
        // Special tokens come first, as in Hugging Face's library: where two are written alike once normalised, the first is found.
        AddedToken[] tokens = [.. Tokens.Where(isOne).OrderByDescending(static token => token.IsSpecial)];
        try
        {
            return tokens.Length == 0 ? null : new AddedTokenMatcher(tokens, [.. tokens.Select(token => Written(token, rewritten ? parts : null))]);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{parts.Source} is not usable: of its added tokens, {exception.Message}.", exception);
        }
    }

    private static byte[] Written(AddedToken token, TokenizerParts? parts)
    {
        var text = new TextBuffer();
        text.Fill(token.Content, isTracked: false);
        foreach (TextNormalizer normalizer in parts?.Normalizers ?? [])
        {
            var output = new TextBuffer { Limit = TextBuffer.LimitFor(token.Content.Length) };
            if (text.Length > 0)
            {
                normalizer.Apply(text, 0, text.Length, output);
            }

            text = output;
        }

        return text.Bytes.ToArray();
    }
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace KernelGen.Text;

/// <summary>
/// The tokens of ByT5 (Xue et al. 2022, <see href="https://arxiv.org/abs/2105.13626"/>): the bytes of a text in UTF-8, each plus 3, after
/// <c>&lt;pad&gt;</c> 0, <c>&lt;/s&gt;</c> 1 and <c>&lt;unk&gt;</c> 2; the sentinels <c>&lt;extra_id_0&gt;</c> and so on follow the bytes.
/// </summary>
/// <remarks>
/// As in Hugging Face's <c>ByT5Tokenizer</c>, special tokens that are written out in a text become those tokens, and decoding drops them, and bytes that
/// are no UTF-8. A lone surrogate is read as U+FFFD.
/// </remarks>
public sealed class ByteTokenizer : ITokenizer, ISpanTokenizer
{
    /// <summary>The number of sentinels of the published models.</summary>
    public const int PublishedSentinels = 125;

    private const int Pad = 0;
    private const int End = 1;
    private const int Unknown = 2;
    private const int FirstByte = 3;
    private const int FirstSentinel = FirstByte + 256;
    private const int MostSentinels = 100_000;

    private readonly AddedTokenMatcher _special;
    private readonly bool _appendsEnd;

    /// <summary>Creates the tokenizer; it needs no file.</summary>
    /// <param name="sentinels">How many sentinels there are.</param>
    /// <param name="appendEndToken">Whether the end token follows the last byte, as the models saw it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of sentinels is negative or above 100,000.</exception>
    public ByteTokenizer(int sentinels = PublishedSentinels, bool appendEndToken = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sentinels);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sentinels, MostSentinels);
        _appendsEnd = appendEndToken;
        VocabularySize = FirstSentinel + sentinels;
        ImmutableArray<AddedToken> special = [.. Enumerable.Range(0, FirstByte).Concat(Enumerable.Range(FirstSentinel, sentinels)).Select(token => new AddedToken(token, Piece(token)))];
        _special = new AddedTokenMatcher([.. special], [.. special.Select(static token => Encoding.UTF8.GetBytes(token.Content))]);
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int? PadToken => Pad;

    /// <inheritdoc/>
    public int? StartToken => null;

    /// <inheritdoc/>
    public int? EndToken => End;

    /// <inheritdoc/>
    public int? UnknownToken => Unknown;

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
        Encode(text, isTracked: false, (token, _, _) => tokens.Add(token));
        if (_appendsEnd)
        {
            tokens.Add(End);
        }
    }

    /// <inheritdoc/>
    public void Encode(string text, List<TokenSpan> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        Encode(text, isTracked: true, (token, start, length) => tokens.Add(new TokenSpan(token, start, length)));
        if (_appendsEnd)
        {
            tokens.Add(new TokenSpan(End, text.Length, 0));
        }
    }

    /// <inheritdoc/>
    public string Piece(int token)
    {
        TokenRange.Check(token, VocabularySize);
        return token switch
        {
            Pad => "<pad>",
            End => "</s>",
            Unknown => "<unk>",
            >= FirstSentinel => string.Create(CultureInfo.InvariantCulture, $"<extra_id_{token - FirstSentinel}>"),
            _ => ((char)(token - FirstByte)).ToString(),
        };
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        TokenRange.Check(tokens, VocabularySize);
        var sequence = new Sequence(this);
        var text = new StringBuilder(tokens.Length);
        foreach (int token in tokens)
        {
            text.Append(sequence.Append(token));
        }

        return text.Append(sequence.Flush()).ToString();
    }

    /// <inheritdoc/>
    public StreamingDecoder CreateDecoder() => new Sequence(this);

    private void Encode(string text, bool isTracked, Action<int, int, int> add)
    {
        var workspace = Workspace.Rent();
        TextBuffer buffer = workspace.Text;
        buffer.Fill(text, isTracked);
        int done = 0;
        int from = 0;
        while (_special.TryFind(buffer.Bytes, 0, done, ref from, out AddedTokenMatch match))
        {
            AddBytes(buffer, done, match.Start, add);
            Add(buffer, match.Token, match.Start, match.End, add);
            done = match.End;
        }

        AddBytes(buffer, done, buffer.Length, add);
        workspace.Return();
    }

    private static void AddBytes(TextBuffer buffer, int start, int end, Action<int, int, int> add)
    {
        for (int position = start; position < end; position++)
        {
            Add(buffer, buffer.Bytes[position] + FirstByte, position, position + 1, add);
        }
    }

    private static void Add(TextBuffer buffer, int token, int start, int end, Action<int, int, int> add)
    {
        (int first, int length) = buffer.IsTracked ? buffer.Origin(start, end) : (0, 0);
        add(token, first, length);
    }

    private sealed class Sequence(ByteTokenizer tokenizer) : StreamingDecoder
    {
        private readonly ByteText _text = new(dropsInvalid: true);

        public override string Append(int token)
        {
            TokenRange.Check(token, tokenizer.VocabularySize);
            return token is >= FirstByte and < FirstSentinel ? _text.Append([(byte)(token - FirstByte)]) : "";
        }

        public override string Flush() => _text.Flush();
    }
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace KernelGen.Text;

/// <summary>
/// A tokenizer as Hugging Face's library has them: of a <c>tokenizer.json</c>, of <c>vocab.json</c> with <c>merges.txt</c>, or of a tiktoken file. Its tokens
/// are the ones that library gives.
/// </summary>
/// <remarks>
/// <para>
/// Read are the models <c>BPE</c> and <c>Unigram</c> with what T5, NLLB, mBART-50, PEGASUS, BART, Whisper and Moonshine have around them; a file that asks
/// for anything else is refused with the name of it. The truncation and padding that a file may ask for are never applied, only told:
/// <see cref="TruncationLength"/>, <see cref="WantsPadding"/>.
/// </para>
/// <para>
/// Added tokens that are written out in a text become those tokens, as in that library. Special tokens add nothing to decoded text. A lone surrogate is read
/// as U+FFFD.
/// </para>
/// </remarks>
public sealed class HuggingFaceTokenizer : ITokenizer, ISpanTokenizer
{
    private readonly TokenizerParts _parts;
    private readonly AddedVocabulary _added;
    private readonly bool[] _isSilent;
    private readonly ImmutableArray<PreTokenizer> _preTokenizers;

    /// <summary>The last pre-tokenizer, where that cuts and the model, which is a <see cref="BytePairModel"/>, encodes words while they are cut; it is not one of the others then.</summary>
    private readonly ByteLevel? _byteLevel;
    private readonly ImmutableArray<int> _prefix;
    private readonly ImmutableArray<int> _suffix;

    internal HuggingFaceTokenizer(TokenizerParts parts, HuggingFaceTokenizerOptions? options)
    {
        options ??= new HuggingFaceTokenizerOptions();
        _parts = parts;
        _preTokenizers = parts.PreTokenizers;
        if (!_preTokenizers.IsEmpty && _preTokenizers[^1] is ByteLevel { Cuts: true } byteLevel)
        {
            _byteLevel = byteLevel;
            _preTokenizers = _preTokenizers[..^1];
        }

        (_prefix, _suffix) = options.AddSpecialTokens ? (parts.Prefix, parts.Suffix) : ([], []);
        _added = new AddedVocabulary(parts, options.AddedTokens);
        VocabularySize = Math.Max(parts.Vocabulary.Size, _added.Size);
        foreach (int token in parts.Prefix.AddRange(parts.Suffix))
        {
            if (token >= VocabularySize)
            {
                throw new InvalidDataException($"{parts.Source} is not usable: its post_processor puts the number {token} around a text, and there are only the tokens 0 to {VocabularySize - 1}.");
            }
        }

        PadToken = Named(options.PadToken, nameof(options.PadToken), "<pad>");
        StartToken = Named(options.StartToken, nameof(options.StartToken), "<s>");
        EndToken = Named(options.EndToken, nameof(options.EndToken), "</s>", "<|endoftext|>");
        UnknownToken = Named(options.UnknownToken, nameof(options.UnknownToken)) ?? parts.UnknownToken;
        _isSilent = new bool[VocabularySize];
        foreach (AddedToken token in _added.Tokens)
        {
            _isSilent[token.Token] |= token.IsSpecial;
        }

        foreach (int? token in new[] { PadToken, StartToken, EndToken })
        {
            if (token is not null)
            {
                _isSilent[token.Value] = true;
            }
        }
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int? PadToken { get; }

    /// <inheritdoc/>
    public int? StartToken { get; }

    /// <inheritdoc/>
    public int? EndToken { get; }

    /// <inheritdoc/>
    public int? UnknownToken { get; }

    /// <summary>The tokens that are found in texts as they are written.</summary>
    public ImmutableArray<AddedToken> AddedTokens => _added.Tokens;

    /// <summary>The number of tokens that the file wants texts cut off at, or <see langword="null"/>. It is not applied.</summary>
    public int? TruncationLength => _parts.TruncationLength;

    /// <summary>Whether the file wants texts padded. It is not applied.</summary>
    public bool WantsPadding => _parts.WantsPadding;

    /// <summary>Reads a <c>tokenizer.json</c>.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="options">How to encode, or <see langword="null"/> for the defaults.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">It is not what it should be, or asks for what is not supported.</exception>
    public static HuggingFaceTokenizer Load(string path, HuggingFaceTokenizerOptions? options = null) =>
        Load(FileContents.Read(path), FileContents.Name(path), options);

    /// <summary>Reads a <c>tokenizer.json</c> from what is left of a stream.</summary>
    /// <param name="stream">A stream of JSON in UTF-8. It stays open.</param>
    /// <param name="options">How to encode, or <see langword="null"/> for the defaults.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">It is not what it should be, or asks for what is not supported.</exception>
    public static HuggingFaceTokenizer Load(Stream stream, HuggingFaceTokenizerOptions? options = null) =>
        Load(FileContents.Read(stream), FileContents.Unnamed, options);

    /// <summary>Reads the older form of a byte-level tokenizer, as BART, GPT-2 and Whisper have it.</summary>
    /// <param name="vocabularyPath">The path of <c>vocab.json</c>: a JSON object of pieces and their tokens.</param>
    /// <param name="mergesPath">The path of <c>merges.txt</c>: a merge in each line, in the order of their ranks.</param>
    /// <param name="options">How to encode, and the special tokens, which these files do not name, or <see langword="null"/> for none.</param>
    /// <returns>The tokenizer. It puts nothing around a text.</returns>
    /// <exception cref="InvalidDataException">The files are not what they should be, or do not belong together.</exception>
    public static HuggingFaceTokenizer LoadVocabularyAndMerges(string vocabularyPath, string mergesPath, HuggingFaceTokenizerOptions? options = null) => new(
        VocabularyAndMerges.Read(
            FileContents.Read(vocabularyPath), FileContents.Name(vocabularyPath), FileContents.Read(mergesPath), FileContents.Name(mergesPath), addsPrefixSpace: false, IsDeferred(options)),
        options);

    /// <summary>Reads a tiktoken file whose texts are cut into words as GPT-2's and Whisper's are.</summary>
    /// <param name="path">The path of the file: in each line a token's bytes in base64, a space, and its number.</param>
    /// <param name="options">How to encode, and the special tokens, which the file does not hold, or <see langword="null"/> for none.</param>
    /// <returns>The tokenizer. It puts nothing around a text.</returns>
    /// <exception cref="InvalidDataException">The file is not what it should be.</exception>
    public static HuggingFaceTokenizer LoadTiktoken(string path, HuggingFaceTokenizerOptions? options = null) =>
        new(TiktokenFile.Read(FileContents.Read(path), FileContents.Name(path)), options);

    /// <summary>The token of a piece or added token, as the files write it, or <see langword="null"/>.</summary>
    /// <param name="piece">The piece: <c>▁dog</c>, <c>Ġdog</c>, <c>&lt;|en|&gt;</c>.</param>
    public int? TokenOf(string piece)
    {
        ArgumentNullException.ThrowIfNull(piece);
        byte[] bytes = Encoding.UTF8.GetBytes(piece);
        int token = _added.Find(bytes);
        token = token < 0 ? _parts.Vocabulary.Find(bytes) : token;
        return token < 0 ? null : token;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file's normalizer makes a text many times as long as it was.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<int>((text.Length / 2) + 4);
        Encode(text, tokens);
        return [.. tokens];
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file's normalizer makes a text many times as long as it was.</exception>
    public void Encode(string text, List<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        tokens.AddRange(_prefix.AsSpan());
        Encode(text, new EncodedText(tokens, Spans: null));
        tokens.AddRange(_suffix.AsSpan());
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file's normalizer makes a text many times as long as it was.</exception>
    public void Encode(string text, List<TokenSpan> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        foreach (int token in _prefix)
        {
            tokens.Add(new TokenSpan(token, 0, 0));
        }

        Encode(text, new EncodedText(Tokens: null, tokens));
        foreach (int token in _suffix)
        {
            tokens.Add(new TokenSpan(token, text.Length, 0));
        }
    }

    /// <inheritdoc/>
    /// <remarks>A number that the files leave out has the empty piece.</remarks>
    public string Piece(int token)
    {
        TokenRange.Check(token, VocabularySize);
        return Encoding.UTF8.GetString(PieceOf(token));
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        TokenRange.Check(tokens, VocabularySize);
        _ = WaitForModel();
        PieceSequence pieces = _parts.Decoder.Begin();
        var text = new StringBuilder(4 * tokens.Length);
        foreach (int token in tokens)
        {
            if (IsHeard(token))
            {
                text.Append(pieces.Append(PieceOf(token)));
            }
        }

        return text.Append(pieces.Flush()).ToString();
    }

    /// <inheritdoc/>
    public StreamingDecoder CreateDecoder()
    {
        _ = WaitForModel();
        return new Sequence(this);
    }

    internal static HuggingFaceTokenizer Load(byte[] file, string source, HuggingFaceTokenizerOptions? options) =>
        new(TokenizerJson.Read(file, source, IsDeferred(options)), options);

    private static bool IsDeferred(HuggingFaceTokenizerOptions? options) => options?.DeferMerges ?? false;

    /// <summary>The model, once it is there. Decoding does not need it, but no text is made of a file that turns out to be damaged.</summary>
    private SubwordModel WaitForModel() => _parts.Model.GetAwaiter().GetResult();

    private int? Named(string? name, string property, params ReadOnlySpan<string> usual)
    {
        if (name is not null)
        {
            return TokenOf(name) ?? throw new InvalidDataException($"{_parts.Source} has no token {VocabularyFile.Quote(name)}, which {property} names. Name one that it has.");
        }

        foreach (string other in usual)
        {
            if (TokenOf(other) is { } token)
            {
                return token;
            }
        }

        return null;
    }

    private ReadOnlySpan<byte> PieceOf(int token) => _added.ContentOf(token) is { } content ? content : _parts.Vocabulary.Has(token) ? _parts.Vocabulary[token] : [];

    /// <summary>Whether a token adds to decoded text.</summary>
    private bool IsHeard(int token) => !_isSilent[token] && (_added.ContentOf(token) is not null || _parts.Vocabulary.Has(token));

    private void Encode(string text, EncodedText output)
    {
        var workspace = Workspace.Rent();
        workspace.Text.Fill(text, isTracked: output.Spans is not null);
        workspace.Normalized.Limit = workspace.Other.Limit = TextBuffer.LimitFor(workspace.Text.Length);
        TextBuffer buffer = workspace.Text;
        int done = 0;
        if (_added.InText is { } matcher)
        {
            int from = 0;
            while (matcher.TryFind(buffer.Bytes, 0, done, ref from, out AddedTokenMatch match))
            {
                EncodePart(done, match.Start, workspace, output);
                output.Add(match, buffer);
                done = match.End;
            }
        }

        EncodePart(done, buffer.Length, workspace, output);
        workspace.Return();
    }

    /// <summary>Encodes what stands between added tokens.</summary>
    private void EncodePart(int start, int end, Workspace workspace, EncodedText output)
    {
        if (start >= end)
        {
            return;
        }

        TextBuffer text = workspace.Text;
        bool isBeginning = start == 0;
        foreach (TextNormalizer normalizer in _parts.Normalizers)
        {
            workspace.Other.Clear(text.IsTracked);
            int origin = text.OriginOf(end);
            try
            {
                normalizer.Apply(text, start, end, workspace.Other);
            }
            catch (InvalidDataException exception)
            {
                throw new InvalidDataException($"{_parts.Source} is not usable: {exception.Message}.", exception);
            }

            workspace.Other.End(origin);
            workspace.Swap();
            text = workspace.Normalized;
            (start, end) = (0, text.Length);
            if (end == 0)
            {
                return;
            }
        }

        int done = start;
        if (_added.InNormalizedText is { } matcher)
        {
            int from = start;
            while (matcher.TryFind(text.Bytes[..end], start, done, ref from, out AddedTokenMatch match))
            {
                EncodeWords(text, done, match.Start, isBeginning && done == start, workspace, output);
                output.Add(match, text);
                done = match.End;
            }
        }

        EncodeWords(text, done, end, isBeginning && done == start, workspace, output);
    }

    private void EncodeWords(TextBuffer text, int start, int end, bool isBeginning, Workspace workspace, EncodedText output)
    {
        if (start >= end)
        {
            return;
        }

        SubwordModel model = WaitForModel();
        var byteLevelModel = _byteLevel is null ? null : (BytePairModel)model;
        WordList words = workspace.Words;
        words.Start(text, start, end, isBeginning);
        foreach (PreTokenizer preTokenizer in _preTokenizers)
        {
            preTokenizer.Apply(words);
        }

        _byteLevel?.Prepare(words);
        workspace.ClearTokens();
        ReadOnlySpan<byte> bytes = words.Text.PaddedBytes;
        for (int word = 0; word < words.Count; word++)
        {
            (int wordStart, int wordEnd) = words[word];
            if (byteLevelModel is not null)
            {
                byteLevelModel.EncodeByteLevel(bytes, wordStart, wordEnd, workspace);
            }
            else
            {
                model.Encode(bytes, wordStart, wordEnd, workspace);
            }
        }

        output.Add(workspace, words.Text);
    }

    /// <summary>Where the tokens of a text go.</summary>
    private readonly record struct EncodedText(List<int>? Tokens, List<TokenSpan>? Spans)
    {
        public void Add(AddedTokenMatch match, TextBuffer text)
        {
            Tokens?.Add(match.Token);
            if (Spans is not null)
            {
                (int start, int length) = text.Origin(match.Start, match.End);
                Spans.Add(new TokenSpan(match.Token, start, length));
            }
        }

        public void Add(Workspace workspace, TextBuffer text)
        {
            if (Tokens is not null)
            {
                int count = Tokens.Count;
                CollectionsMarshal.SetCount(Tokens, count + workspace.Count);
                workspace.Tokens.CopyTo(CollectionsMarshal.AsSpan(Tokens)[count..]);
            }

            for (int i = 0; Spans is not null && i < workspace.Count; i++)
            {
                (int start, int length) = text.Origin(workspace.StartOf(i), workspace.EndOf(i));
                Spans.Add(new TokenSpan(workspace.Tokens[i], start, length));
            }
        }
    }

    private sealed class Sequence(HuggingFaceTokenizer tokenizer) : StreamingDecoder
    {
        private readonly PieceSequence _pieces = tokenizer._parts.Decoder.Begin();

        public override string Append(int token)
        {
            TokenRange.Check(token, tokenizer.VocabularySize);
            return tokenizer.IsHeard(token) ? _pieces.Append(tokenizer.PieceOf(token)) : "";
        }

        public override string Flush() => _pieces.Flush();
    }
}

using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace KernelGen.Text;

/// <summary>The <c>model</c> of a <c>tokenizer.json</c>: its pieces and merges are read one by one, because there are a hundred thousand of them.</summary>
internal sealed class VocabularySection
{
    private static readonly JsonPath Model = new("model");

    private readonly string _source;
    private readonly Dictionary<string, JsonPart> _settings = new(StringComparer.Ordinal);
    private List<double>? _scores;

    /// <summary>The merges as the file has them; empty where it has none.</summary>
    private ReadOnlyMemory<byte> _merges;

    private VocabularySection(string source) => _source = source;

    /// <summary>The pieces.</summary>
    public PieceTable Vocabulary { get; private set; } = new();

    /// <summary>The unknown token.</summary>
    public int? UnknownToken { get; private set; }

    private bool IsUnigram => _scores is not null;

    /// <summary>Reads the section, but for its merges, of which <see cref="CreateModel"/> makes something.</summary>
    /// <param name="reader">At the start of the object; afterwards at its end.</param>
    /// <param name="source">How errors name the file.</param>
    public static VocabularySection Read(ref TokenizerJsonReader reader, string source)
    {
        var section = new VocabularySection(source);
        bool hasVocabulary = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = reader.Text("a name in model", source);
            reader.Read();
            switch (name)
            {
                case "vocab" when hasVocabulary:
                    throw Error(source, "model.vocab is there twice");
                case "vocab" when reader.TokenType == JsonTokenType.StartObject:
                    section.ReadPieces(ref reader);
                    hasVocabulary = true;
                    break;
                case "vocab" when reader.TokenType == JsonTokenType.StartArray:
                    section.ReadScoredPieces(ref reader.Reader, reader.Json.Length);
                    hasVocabulary = true;
                    break;
                case "merges" when section._merges.IsEmpty:
                    section.TakeMerges(ref reader);
                    break;
                default:
                    if (!section._settings.TryAdd(name, JsonPart.Read(reader.Skip(), Model.Member(name), source)))
                    {
                        throw Error(source, $"{Model.Member(name)} is there twice");
                    }

                    break;
            }
        }

        section.Check(hasVocabulary);
        return section;
    }

    /// <summary>Reads an object of pieces and their tokens.</summary>
    /// <param name="reader">At the start of the object; afterwards at its end.</param>
    /// <param name="fileLength">The length of the file, which bounds how many there are.</param>
    /// <param name="place">How errors name the object.</param>
    /// <param name="source">How errors name the file.</param>
    public static PieceTable ReadPieces(ref Utf8JsonReader reader, int fileLength, string place, string source)
    {
        PieceTable table = PieceTable.ForFile(fileLength);
        var strings = new JsonStrings(place, source);
        int count = 0;
        int most = PieceTable.MostTokens(fileLength);
        (string Piece, int Token)? tooGreat = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            ReadOnlySpan<byte> piece = strings.Read(ref reader, count);
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int token) || token < 0)
            {
                throw Error(source, $"entry {count} of {place} has no whole number from 0 on");
            }

            count++;
            if (token >= most)
            {
                tooGreat ??= (Quote(piece), token);
                continue;
            }

            if (table.Has(token))
            {
                throw Error(source, $"the pieces {Quote(table[token])} and {Quote(piece)} of {place} both have the number {token}");
            }

            if (table.Add(piece, token) is >= 0 and int other)
            {
                throw Error(source, $"the piece {Quote(piece)} of {place} is there twice, as {other} and as {token}");
            }
        }

        if (tooGreat is null && table.HasTooManyHoles)
        {
            tooGreat = (Quote(table[table.Size - 1]), table.Size - 1);
        }

        return tooGreat is { } wrong
            ? throw Error(source, $"the piece {wrong.Piece} of {place} has the number {wrong.Token}; there are {count} pieces, and numbers may leave out {PieceTable.MostHoles} at most")
            : table;
    }

    /// <summary>A string, for a name that is seldom read.</summary>
    public static string Text(ref Utf8JsonReader reader, string what, string source)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidDataException($"{source} is not usable: {what} is not valid Unicode.", exception);
        }
    }

    /// <summary>Creates the model.</summary>
    /// <param name="preTokenizers">What cuts words for it.</param>
    /// <param name="later">Whether merges are read on another thread while the caller goes on.</param>
    public Task<SubwordModel> CreateModel(ImmutableArray<PreTokenizer> preTokenizers, bool later)
    {
        bool hasBytes = !preTokenizers.IsEmpty && preTokenizers[^1] is ByteLevel;
        int[]? fallback = Setting("byte_fallback").Flag() ? FallbackBytes() : null;
        if (IsUnigram)
        {
            return hasBytes
                ? throw new InvalidDataException($"{_source} is not supported: its model is Unigram with the pre-tokenizer ByteLevel, which is read with BPE only.")
                : Task.FromResult<SubwordModel>(CreateUnigram(fallback));
        }

        if (hasBytes && fallback is not null)
        {
            throw new InvalidDataException($"{_source} is not supported: its model has byte_fallback with the pre-tokenizer ByteLevel, which has no use for it.");
        }

        var options = new BytePairOptions
        {
            SymbolsAreBytes = hasBytes,
            IgnoreMerges = Setting("ignore_merges").Flag(),
            FuseUnknown = Setting("fuse_unk").Flag(),
            UnknownToken = UnknownToken,
            TokenOfFallbackByte = fallback,
        };
        return SubwordModel.Create(() => new BytePairModel(hasBytes ? RawPieces(Vocabulary) : Vocabulary, ReadMerges(), options), later);
    }

    /// <summary>The pieces of a byte-level vocabulary as the bytes that they stand for; those that stand for none cannot be found in text.</summary>
    public static PieceTable RawPieces(PieceTable vocabulary)
    {
        var raw = new PieceTable(vocabulary.Size, vocabulary.TextLength);
        Span<byte> bytes = new byte[Math.Max(vocabulary.Longest, 1)];
        for (int token = 0; token < vocabulary.Size; token++)
        {
            if (vocabulary.Has(token) && ByteLevelAlphabet.TryDecode(vocabulary[token], bytes, out int length) && length > 0)
            {
                raw.Add(bytes[..length], token);
            }
        }

        return raw;
    }

    private static string Quote(ReadOnlySpan<byte> piece) => VocabularyFile.Quote(Encoding.UTF8.GetString(piece));

    private static InvalidDataException Error(string source, string what) => new($"{source} is not usable: {what}. Use the file as it was published.");

    private JsonPart Setting(string name) => _settings.GetValueOrDefault(name, new JsonPart(default, Model.Member(name), _source));

    private void ReadPieces(ref TokenizerJsonReader reader)
    {
        if (PlainSections.ReadPieces(reader.Rest, reader.Json.Length, out int length) is { } pieces)
        {
            Vocabulary = pieces;
            reader.PassOver(length);
        }
        else
        {
            Vocabulary = ReadPieces(ref reader.Reader, reader.Json.Length, "model.vocab", _source);
        }
    }

    private void TakeMerges(ref TokenizerJsonReader reader) =>
        _merges = PlainSections.TryPassOverMerges(reader.Rest, out int length) ? reader.PassOver(length) : reader.Skip();

    private void ReadScoredPieces(ref Utf8JsonReader reader, int fileLength)
    {
        Vocabulary = new PieceTable(fileLength / 32, fileLength / 4);
        _scores = new List<double>(fileLength / 32);
        var strings = new JsonStrings("model.vocab", _source);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int token = _scores.Count;
            bool isPair = reader.TokenType == JsonTokenType.StartArray && reader.Read() && reader.TokenType == JsonTokenType.String;
            ReadOnlySpan<byte> piece = isPair ? strings.Read(ref reader, token) : throw NoPair(token);
            if (piece.Length > UnigramModel.LongestPiece)
            {
                throw Error(_source, $"entry {token} of model.vocab has {piece.Length} bytes, and {UnigramModel.LongestPiece} are the most that are supported");
            }

            if (Vocabulary.Add(piece, token) is >= 0 and int other)
            {
                throw Error(_source, $"the piece {Quote(piece)} of model.vocab is there twice, as {other} and as {token}");
            }

            if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !ScoreNumber.TryRead(reader.ValueSpan, out double score))
            {
                throw Error(_source, $"entry {token} of model.vocab, {Quote(Vocabulary[token])}, has no score that is a finite number");
            }

            _scores.Add(score);
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
            {
                throw NoPair(token);
            }
        }

        InvalidDataException NoPair(int token) => Error(_source, $"entry {token} of model.vocab is not a pair of a piece and its score");
    }

    /// <summary>Reads the merges, whose JSON was read before without an error in its form.</summary>
    private MergeTable ReadMerges()
    {
        var reader = new Utf8JsonReader(_merges.Span);
        reader.Read();
        var merges = new List<(int Left, int Right, int Merged)>(Vocabulary.Count);
        var strings = new JsonStrings("model.merges", _source);
        byte[] both = new byte[512];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int rank = merges.Count;
            int middle;
            int length;
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Read();
                middle = Put(strings.Read(ref reader, rank), 0, ref both);
                reader.Read();
                length = Put(strings.Read(ref reader, rank), middle, ref both);
                if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
                {
                    throw Error(_source, $"merge {rank} is not a pair of pieces");
                }
            }
            else
            {
                ReadOnlySpan<byte> pair = strings.Read(ref reader, rank);
                int space = pair.IndexOf((byte)' ');
                if (space < 0 || pair[(space + 1)..].Contains((byte)' '))
                {
                    throw Error(_source, $"merge {rank}, {Quote(pair)}, is not two pieces with one space between them");
                }

                middle = Put(pair[..space], 0, ref both);
                length = Put(pair[(space + 1)..], middle, ref both);
            }

            merges.Add(MergeOf(both.AsSpan(0, length), middle, Vocabulary, merges, _source));
        }

        return TableOf(merges);

        static int Put(ReadOnlySpan<byte> piece, int start, ref byte[] both)
        {
            if (both.Length < start + piece.Length)
            {
                Array.Resize(ref both, 2 * (start + piece.Length));
            }

            piece.CopyTo(both.AsSpan(start));
            return start + piece.Length;
        }
    }

    /// <summary>Finds the tokens of a merge.</summary>
    /// <param name="both">The two pieces, one after the other.</param>
    /// <param name="middle">Where the second begins.</param>
    /// <param name="vocabulary">The pieces that there are.</param>
    /// <param name="before">The merges before it.</param>
    /// <param name="source">How errors name the file.</param>
    public static (int Left, int Right, int Merged) MergeOf(ReadOnlySpan<byte> both, int middle, PieceTable vocabulary, List<(int Left, int Right, int Merged)> before, string source)
    {
        ReadOnlySpan<byte> left = both[..middle];
        ReadOnlySpan<byte> right = both[middle..];

        // A trainer numbers what it merges one after the other, so that the next piece mostly is the one, and need not be searched.
        int next = before.Count > 0 ? before[^1].Merged + 1 : 0;
        int merged = vocabulary.Has(next) && both.SequenceEqual(vocabulary[next]) ? next : vocabulary.Find(both);
        (int Left, int Right, int Merged) merge = (vocabulary.Find(left), vocabulary.Find(right), merged);
        if (merge.Left < 0 || merge.Right < 0 || merge.Merged < 0)
        {
            throw Error(source, $"merge {before.Count} makes {Quote(both)} of {Quote(left)} and {Quote(right)}, and {Quote(merge.Left < 0 ? left : merge.Right < 0 ? right : both)} is not in the vocabulary");
        }

        return merge;
    }

    /// <summary>The table of merges in the order of their ranks.</summary>
    public static MergeTable TableOf(List<(int Left, int Right, int Merged)> merges)
    {
        var table = new MergeTable(merges.Count);
        for (int rank = 0; rank < merges.Count; rank++)
        {
            table.Add(merges[rank].Left, merges[rank].Right, rank, merges[rank].Merged);
        }

        return table;
    }

    private void Check(bool hasVocabulary)
    {
        // Old files do not say which model they hold; what is in it does.
        string type = Setting("type").OptionalText() ?? (IsUnigram ? "Unigram" : !_merges.IsEmpty ? "BPE" : "WordPiece or WordLevel");
        if (type is not ("BPE" or "Unigram"))
        {
            throw Setting("type").NotSupported(VocabularyFile.Quote(type), "BPE and Unigram are the models that are read");
        }

        if (!hasVocabulary || Vocabulary.Count == 0)
        {
            throw Error(_source, "model.vocab is missing or empty");
        }

        if (type == "Unigram" != IsUnigram || (type == "BPE") != (!_merges.IsEmpty))
        {
            throw Error(_source, $"the model is {type}, whose {(IsUnigram ? "vocab is not an array" : "vocab must be an array without merges, or BPE's an object with merges")}");
        }

        foreach (string name in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (Setting(name) is { Exists: true } affix && affix.Text().Length > 0)
            {
                throw affix.NotSupported(VocabularyFile.Quote(affix.Text()), "pieces without affixes are the ones that are read");
            }
        }

        // Dropout is for training; 0 is none.
        if (Setting("dropout") is { Exists: true } dropout && !dropout.IsZero)
        {
            throw dropout.NotSupported("random tokens", "encoding is the same each time");
        }

        UnknownToken = IsUnigram ? Setting("unk_id").OptionalNumber() : UnknownPiece();
        if (UnknownToken >= Vocabulary.Size)
        {
            throw Error(_source, $"model.unk_id is {UnknownToken}, and there are {Vocabulary.Size} pieces");
        }
    }

    private int? UnknownPiece()
    {
        if (Setting("unk_token").OptionalText() is not { } unknown)
        {
            return null;
        }

        int token = Vocabulary.Find(Encoding.UTF8.GetBytes(unknown));
        return token >= 0 ? token : throw Error(_source, $"model.unk_token is {VocabularyFile.Quote(unknown)}, which is not in the vocabulary");
    }

    private UnigramModel CreateUnigram(int[]? fallback)
    {
        if (UnknownToken is null)
        {
            throw Error(_source, "model.unk_id is missing, and a Unigram model needs it");
        }

        var trie = new PieceTrie();
        try
        {
            for (int token = 0; token < Vocabulary.Size; token++)
            {
                if (!Vocabulary[token].IsEmpty)
                {
                    trie.Add(Vocabulary[token], token);
                }
            }
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{_source} is not usable: {exception.Message}.", exception);
        }

        return new UnigramModel(trie, [.. _scores!], UnknownToken.Value, fallback);
    }

    /// <summary>The tokens of all bytes, or <see langword="null"/> where the vocabulary has none of them.</summary>
    private int[]? FallbackBytes()
    {
        int[] tokens = new int[256];
        int found = 0;
        for (int value = 0; value < tokens.Length; value++)
        {
            tokens[value] = Vocabulary.Find(Encoding.UTF8.GetBytes($"<0x{value:X2}>"));
            found += tokens[value] >= 0 ? 1 : 0;
        }

        return found == tokens.Length ? tokens : found == 0 ? null : throw Error(_source, $"model.byte_fallback is on, and the vocabulary has only {found} of the 256 pieces <0x00> to <0xFF>");
    }
}

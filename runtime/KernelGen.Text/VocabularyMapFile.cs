using System.Globalization;
using System.Text;

namespace KernelGen.Text;

/// <summary>
/// Reads which target tokens may come for a source (<see cref="GenerationOptions.VocabularyMap"/>) from the files that other programs use: CTranslate2's <c>vmap.txt</c>, and the lexical
/// shortlists of Marian. Both name tokens as the vocabularies write them (<see cref="ITokenDecoder.Piece"/>).
/// </summary>
public static class VocabularyMapFile
{
    /// <summary>The first bytes of the binary form of Marian's shortlists.</summary>
    private static ReadOnlySpan<byte> BinaryShortlist => [0xF5, 0x17, 0x34, 0x01, 0xD5, 0x48, 0x1A, 0xF1];

    private static ReadOnlySpan<byte> Gzip => [0x1F, 0x8B];

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads a vocabulary map of CTranslate2. A line holds source tokens with a space between them, a tab, and the target tokens that may come where the source tokens stand anywhere in
    /// a source; a line that begins with the tab says what may come for every source. The unknown, start and end tokens of the target may always come, as in CTranslate2. Of equal source tokens the
    /// last line counts. What a vocabulary does not have is passed over.
    /// </summary>
    /// <param name="path">The file, <c>vmap.txt</c>.</param>
    /// <param name="source">The tokenizer of the source.</param>
    /// <param name="target">The tokenizer of the target.</param>
    /// <exception cref="InvalidDataException">
    /// It is no such file: a line has no tab or two, or is not UTF-8; or none of its lines has tokens of these vocabularies.
    /// </exception>
    /// <exception cref="IOException">It does not exist, is no regular file or cannot be read.</exception>
    public static VocabularyMap ReadCTranslate2(string path, ITokenDecoder source, ITokenDecoder target)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        return ParseCTranslate2(FileContents.Read(path), FileContents.Name(path), source, target);
    }

    /// <summary>
    /// Reads a lexical shortlist of Marian as text, <c>lex.s2t</c>. A line holds a target token, a source token, and the probability of the first given the second; lines with <c>NULL</c> are
    /// passed over, and so is what a vocabulary does not have.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The tokenizer of the source.</param>
    /// <param name="target">The tokenizer of the target.</param>
    /// <param name="first">So many tokens, the first of the target's vocabulary, may come for every source: in Marian's vocabularies the most frequent ones.</param>
    /// <param name="best">So many tokens may come for a source token at most: the most probable ones, of equal ones the later in the vocabulary.</param>
    /// <param name="threshold">What the probability of these is above.</param>
    /// <param name="isShared">Whether source and target have one vocabulary, so that the source's own tokens may come, too.</param>
    /// <remarks>
    /// The three numbers are those of Marian's <c>--shortlist lex.s2t first best threshold</c>, with its defaults. Marian fills the list of a batch up to a multiple of eight with tokens behind the
    /// first; here nothing is added, and each source has a list of its own.
    /// </remarks>
    /// <exception cref="InvalidDataException">
    /// It is no such file: a line does not have three parts of which the last is a probability, or is not UTF-8; or none of its lines has tokens of these vocabularies; or it is the binary
    /// form, or compressed.
    /// </exception>
    /// <exception cref="IOException">It does not exist, is no regular file or cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or the threshold is not finite.</exception>
    public static VocabularyMap ReadMarian(
        string path, ITokenDecoder source, ITokenDecoder target, int first = 100, int best = 100, double threshold = 0, bool isShared = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(best);
        if (!(threshold >= 0) || double.IsInfinity(threshold))
        {
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold is a probability: 0 or more.");
        }

        return ParseMarian(FileContents.Read(path), FileContents.Name(path), source, target, first, best, threshold, isShared);
    }

    /// <summary>Parses a vocabulary map of CTranslate2.</summary>
    internal static VocabularyMap ParseCTranslate2(byte[] contents, string name, ITokenDecoder source, ITokenDecoder target)
    {
        RefuseOtherForms(contents, name, "a vocabulary map");
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> sources = TokensOf(source), targets = TokensOf(target);
        HashSet<int> always = [.. new[] { target.UnknownToken, target.StartToken, target.EndToken }.OfType<int>()];
        int[] common = [];
        var rules = new Dictionary<string, (int[] Source, int[] Targets)>();
        foreach ((int number, string line) in Lines(contents, name))
        {
            int tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab < 0 || line.IndexOf('\t', tab + 1) >= 0)
            {
                throw Refused(name, number, $"{(tab < 0 ? "has no tab" : "has two tabs")}: {VocabularyFile.Quote(line)}", "A vocabulary map has lines of source tokens, one tab, and target tokens.");
            }

            int[] mayCome = Known(line.AsSpan(tab + 1), targets, out _);
            int[] row = Known(line.AsSpan(0, tab), sources, out bool areKnown);
            if (tab == 0)
            {
                common = mayCome;
            }
            else if (areKnown && row.Length > 0)
            {
                rules[line[..tab]] = (row, mayCome);
            }
        }

        if (common.Length == 0 && !rules.Values.Any(static rule => rule.Targets.Length > 0))
        {
            throw OtherVocabularies(name, "a vocabulary map");
        }

        always.UnionWith(common);
        return new VocabularyMap(always, rules.Values);
    }

    /// <summary>Parses a lexical shortlist of Marian.</summary>
    internal static VocabularyMap ParseMarian(
        byte[] contents, string name, ITokenDecoder source, ITokenDecoder target, int first, int best, double threshold, bool isShared)
    {
        RefuseOtherForms(contents, name, "a lexical shortlist");
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> sources = TokensOf(source), targets = TokensOf(target);
        var probabilities = new Dictionary<int, Dictionary<int, float>>();
        Span<Range> parts = stackalloc Range[4];
        foreach ((int number, string line) in Lines(contents, name))
        {
            ReadOnlySpan<char> text = line;
            if (text.SplitAny(parts, " \t", StringSplitOptions.RemoveEmptyEntries) != 3
                || !float.TryParse(text[parts[2]], NumberStyles.Float, CultureInfo.InvariantCulture, out float probability)
                || !(probability >= 0)
                || float.IsInfinity(probability))
            {
                throw Refused(name, number, $"is {VocabularyFile.Quote(line)}", "A lexical shortlist has lines of a target token, a source token and a probability.");
            }

            if (text[parts[0]] is not "NULL"
                && text[parts[1]] is not "NULL"
                && targets.TryGetValue(text[parts[0]], out int targetToken)
                && sources.TryGetValue(text[parts[1]], out int sourceToken))
            {
                if (!probabilities.TryGetValue(sourceToken, out Dictionary<int, float>? ofSource))
                {
                    probabilities.Add(sourceToken, ofSource = []);
                }

                ofSource[targetToken] = probability;
            }
        }

        if (probabilities.Count == 0)
        {
            throw OtherVocabularies(name, "a lexical shortlist");
        }

        IEnumerable<(int[] Source, int[] Targets)> rules = probabilities.Select(ofSource => (
            (int[])[ofSource.Key],
            (int[])[.. ofSource.Value.Where(pair => pair.Value > (float)threshold).OrderByDescending(static pair => pair.Value).ThenByDescending(static pair => pair.Key).Take(best).Select(static pair => pair.Key)]));
        IEnumerable<(int[] Source, int[] Targets)> own = isShared ? Enumerable.Range(0, Math.Min(source.VocabularySize, target.VocabularySize)).Select(static token => ((int[])[token], (int[])[token])) : [];
        return new VocabularyMap(Enumerable.Range(0, Math.Min(first, target.VocabularySize)), rules.Concat(own));
    }

    private static Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> TokensOf(ITokenDecoder tokenizer)
    {
        var tokens = new Dictionary<string, int>(tokenizer.VocabularySize);
        for (int token = 0; token < tokenizer.VocabularySize; token++)
        {
            // Of two tokens that are written alike the first counts.
            tokens.TryAdd(tokenizer.Piece(token), token);
        }

        return tokens.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The tokens of a text with spaces between them that a vocabulary has, and whether it has all.</summary>
    private static int[] Known(ReadOnlySpan<char> text, Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> tokens, out bool areAll)
    {
        var known = new List<int>();
        areAll = true;
        foreach (Range part in text.Split(' '))
        {
            ReadOnlySpan<char> piece = text[part];
            if (tokens.TryGetValue(piece, out int token))
            {
                known.Add(token);
            }
            else
            {
                areAll &= piece.IsEmpty;
            }
        }

        return [.. known];
    }

    /// <summary>The lines that hold anything, and their numbers.</summary>
    private static IEnumerable<(int Number, string Line)> Lines(byte[] contents, string name)
    {
        int start = FileContents.ByteOrderMarkLength(contents);
        for (int number = 1; start < contents.Length; number++)
        {
            int length = contents.AsSpan(start).IndexOf((byte)'\n');
            ReadOnlySpan<byte> bytes = contents.AsSpan(start, length < 0 ? contents.Length - start : length);
            start += bytes.Length + 1;
            string line;
            try
            {
                line = Utf8.GetString(bytes is [.., (byte)'\r'] ? bytes[..^1] : bytes);
            }
            catch (DecoderFallbackException exception)
            {
                throw new InvalidDataException($"{name} is not text in UTF-8: line {number} holds bytes that are none.", exception);
            }

            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return (number, line);
            }
        }
    }

    private static void RefuseOtherForms(ReadOnlySpan<byte> contents, string name, string what)
    {
        if (contents.StartsWith(BinaryShortlist))
        {
            throw new InvalidDataException($"{name} is a binary shortlist of Marian, not {what} as text. Give the text file that it was made from (lex.s2t).");
        }

        if (contents.StartsWith(Gzip))
        {
            throw new InvalidDataException($"{name} is compressed with gzip. Unpack it first (gunzip).");
        }
    }

    private static InvalidDataException Refused(string name, int line, string found, string expected) => new($"{name}: line {line} {found}. {expected}");

    private static InvalidDataException OtherVocabularies(string name, string what) =>
        new($"{name} is of no use as {what}: no line of it has tokens of these vocabularies. Was it made for another model?");
}

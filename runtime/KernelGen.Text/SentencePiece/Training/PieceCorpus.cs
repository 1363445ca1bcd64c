using System.Buffers;
using System.Text;

namespace KernelGen.Text;

/// <summary>
/// The text that pieces are found in: normalised, cut where no piece goes on (before a space, at special pieces, at rare characters, between scripts), each
/// part once with its weight, and each character as the number of its place in the alphabet.
/// </summary>
/// <remarks>Parts and characters are in the order of their code units, so that the order of sentences changes nothing.</remarks>
internal sealed class PieceCorpus
{
    private const char Space = '\u2581';


    /// <summary>Added to the number of a character that follows a part, so that it is that of no part.</summary>
    private const long Characters = 1L << 32;

    /// <summary>How many sentences are read between two looks at whether to go on.</summary>
    private const int BetweenLooks = 1 << 10;

    private readonly SentencePieceTrainingOptions _options;
    private int[] _symbolOf = [];

    private PieceCorpus(SentencePieceTrainingOptions options) => _options = options;

    /// <summary>The characters that are pieces, in the order of their numbers in Unicode.</summary>
    public int[] Alphabet { get; private set; } = [];

    /// <summary>How often each of them is in the text.</summary>
    public long[] CharacterCounts { get; private set; } = [];

    /// <summary>The symbols of all parts: indices of <see cref="Alphabet"/>.</summary>
    public int[] Symbols { get; private set; } = [];

    /// <summary>How many symbols from each place on may be a piece together, of any length up to one more than the longest that is allowed.</summary>
    public int[] Longest { get; private set; } = [];

    /// <summary>Where each part starts, and at the end, where the last one ends.</summary>
    public int[] Starts { get; private set; } = [];

    /// <summary>How often each part is in the text.</summary>
    public long[] Weights { get; private set; } = [];

    /// <summary>A number for what follows each part in the text; <see langword="null"/> where that is not always the same, or a space or the end.</summary>
    public long?[] Followers { get; private set; } = [];

    /// <summary>Reads sentences.</summary>
    /// <param name="sentences">The sentences.</param>
    /// <param name="options">What pieces may be.</param>
    /// <param name="special">The pieces that are none of the text.</param>
    /// <param name="normalizer">What is done to text first.</param>
    /// <param name="cancellationToken">A token to give up.</param>
    /// <exception cref="ArgumentException">A sentence is null, or none has any text.</exception>
    public static PieceCorpus Read(
        IEnumerable<string> sentences, SentencePieceTrainingOptions options, SpecialPieces special, SentencePieceNormalizer normalizer, CancellationToken cancellationToken)
    {
        var corpus = new PieceCorpus(options);
        var words = new TextCounts();
        ReadWords(sentences, special, normalizer, words, cancellationToken);
        if (words.Indices.Count == 0)
        {
            throw new ArgumentException("The sentences have no text that pieces could be made of.", nameof(sentences));
        }

        corpus.MakeAlphabet(words);
        cancellationToken.ThrowIfCancellationRequested();
        corpus.MakeParts(words);
        return corpus;
    }

    /// <summary>The text of some symbols.</summary>
    public string TextOf(ReadOnlySpan<int> symbols)
    {
        var text = new StringBuilder(symbols.Length);
        foreach (int symbol in symbols)
        {
            text.Append(new Rune(Alphabet[symbol]).ToString());
        }

        return text.ToString();
    }

    /// <summary>The alphabet's symbols, the most frequent first.</summary>
    public int[] SymbolsByCount()
    {
        int[] symbols = [.. Enumerable.Range(0, Alphabet.Length)];
        Array.Sort(symbols, (one, other) => CharacterCounts[one] != CharacterCounts[other] ? CharacterCounts[other].CompareTo(CharacterCounts[one]) : one.CompareTo(other));
        return symbols;
    }

    private static void ReadWords(
        IEnumerable<string> sentences, SpecialPieces special, SentencePieceNormalizer normalizer, TextCounts words, CancellationToken cancellationToken)
    {
        var specialTexts = new PieceTrie();
        foreach ((int token, (string text, _)) in special.All)
        {
            specialTexts.Add(Encoding.UTF8.GetBytes(text), token);
        }

        int index = 0;
        foreach (string sentence in sentences)
        {
            if (index % BetweenLooks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (sentence is null)
            {
                throw new ArgumentException($"Sentence {index} is null; an empty one is \"\".", nameof(sentences));
            }

            var utf8 = new RentedBuffer<byte>(sentence.Length);
            var normalized = new NormalizedText(sentence.Length, hasOrigins: false);
            try
            {
                Utf8Text.Append(sentence, ref utf8);
                normalizer.Normalize(utf8.Items, ref normalized);
                AddWords(normalized.Bytes, specialTexts, words);
            }
            finally
            {
                utf8.Dispose();
                normalized.Dispose();
            }

            index++;
        }
    }

    /// <summary>Adds the words of a text, each with the space before it. A special piece that is written out is in none.</summary>
    private static void AddWords(ReadOnlySpan<byte> text, PieceTrie specialTexts, TextCounts words)
    {
        int start = 0;
        for (int end = 0; end < text.Length;)
        {
            int special = specialTexts.LongestPrefix(text[end..]);
            if (special > 0 || (end > start && text[end..].StartsWith(PieceText.Space)))
            {
                AddWord(text[start..end], words);
                start = end + special;
            }

            end += special > 0 ? special : Utf8Text.CharacterLength(text[end..]);
        }

        AddWord(text[start..], words);
    }

    private static void AddWord(ReadOnlySpan<byte> word, TextCounts words)
    {
        if (word.IsEmpty)
        {
            return;
        }

        char[] characters = ArrayPool<char>.Shared.Rent(word.Length);
        int length = Encoding.UTF8.GetChars(word, characters);
        words.Add(characters.AsSpan(0, length), 1);
        ArrayPool<char>.Shared.Return(characters);
    }

    /// <summary>Chooses the characters that are pieces: the most frequent ones, until they are as much of the text as was asked for.</summary>
    private void MakeAlphabet(TextCounts words)
    {
        const int AllCharacters = 0x110000;
        long[] counts = new long[AllCharacters];
        foreach ((string word, int index) in words.Indices)
        {
            foreach (Rune character in word.EnumerateRunes())
            {
                counts[character.Value] += words.WeightOf(index);
            }
        }

        // Models end their texts with it.
        counts[0] = 0;
        long all = counts.Sum();
        int[] found = [.. Enumerable.Range(0, AllCharacters).Where(character => counts[character] > 0)];
        Array.Sort(found, (one, other) => counts[one] != counts[other] ? counts[other].CompareTo(counts[one]) : one.CompareTo(other));
        long covered = 0;
        int count = 0;

        // In single precision, as SentencePiece, whose alphabet it is to be.
        while (count < found.Length && (float)((double)covered / all) < (float)_options.CharacterCoverage)
        {
            covered += counts[found[count++]];
        }

        // SentencePiece's trainer marks borders with the tab, and so has no piece for it.
        Alphabet = [.. found.Take(count).Where(static character => character != '\t').Order()];
        CharacterCounts = [.. Alphabet.Select(character => counts[character])];
        _symbolOf = new int[AllCharacters];
        Array.Fill(_symbolOf, -1);
        for (int symbol = 0; symbol < Alphabet.Length; symbol++)
        {
            _symbolOf[Alphabet[symbol]] = symbol;
        }
    }

    private void MakeParts(TextCounts words)
    {
        var parts = new TextCounts();
        foreach ((string word, int index) in words.Indices)
        {
            AddParts(word, words.WeightOf(index), parts);
        }

        string[] texts = [.. parts.Indices.Keys];
        Array.Sort(texts, StringComparer.Ordinal);
        Weights = new long[texts.Length];
        Followers = new long?[texts.Length];
        Starts = new int[texts.Length + 1];
        var symbols = new List<int>();
        for (int part = 0; part < texts.Length; part++)
        {
            int index = parts.Indices[texts[part]];
            Starts[part] = symbols.Count;
            Weights[part] = parts.WeightOf(index);
            Followers[part] = parts.FollowerOf(index);
            foreach (Rune character in texts[part].EnumerateRunes())
            {
                symbols.Add(_symbolOf[character.Value]);
            }
        }

        Starts[^1] = symbols.Count;
        Symbols = [.. symbols];
        FindLongest();
    }

    /// <summary>Cuts a word at characters that are no piece, and between two of which no piece has both.</summary>
    private void AddParts(string word, long weight, TextCounts parts)
    {
        int start = 0;
        int end = 0;
        int lastCharacter = -1;
        int lastPart = -1;
        foreach (Rune character in word.EnumerateRunes())
        {
            bool isKnown = _symbolOf[character.Value] >= 0;
            if (!isKnown || (lastCharacter >= 0 && IsBorder(lastCharacter, character.Value)))
            {
                AddPart(start, end);
                start = end;
            }

            end += character.Utf16SequenceLength;
            lastCharacter = isKnown ? character.Value : -1;
            if (!isKnown)
            {
                start = end;
                Follow(Characters + character.Value);
            }
        }

        AddPart(start, end);
        Follow(null);

        void AddPart(int from, int to)
        {
            if (to > from)
            {
                int part = parts.Add(word.AsSpan(from, to - from), weight);
                Follow(part);
                lastPart = part;
            }
        }

        void Follow(long? next)
        {
            if (lastPart >= 0)
            {
                parts.Follow(lastPart, next);
            }

            lastPart = -1;
        }
    }

    private bool IsBorder(int character, int next)
    {
        if (_options.SplitDigits && (IsDigit(character) || IsDigit(next)))
        {
            return true;
        }

        byte script = UnicodeScript.Of(character);
        byte nextScript = UnicodeScript.Of(next);
        return _options.SplitByUnicodeScript && character != Space && script != UnicodeScript.Inherited && nextScript != UnicodeScript.Inherited && script != nextScript;
    }

    /// <summary>A decimal digit of ASCII or of full width, as SentencePiece has them.</summary>
    private static bool IsDigit(int character) => character is (>= '0' and <= '9') or (>= 0xFF10 and <= 0xFF19);

    /// <summary>Finds out how long pieces may be. A combining mark is of the script before it, so that it depends on where a piece starts.</summary>
    private void FindLongest()
    {
        byte[] scripts = [.. Alphabet.Select(UnicodeScript.Of)];
        int space = Array.IndexOf(Alphabet, Space);
        Longest = new int[Symbols.Length];
        for (int part = 0; part < Weights.Length; part++)
        {
            for (int start = Starts[part]; start < Starts[part + 1]; start++)
            {
                int most = Math.Min(Starts[part + 1], start + _options.MaxPieceLength + 1);
                int script = -1;
                int end = start;
                while (end < most)
                {
                    int symbol = Symbols[end];
                    int next = symbol == space || scripts[symbol] == UnicodeScript.Inherited ? script : scripts[symbol];
                    if (_options.SplitByUnicodeScript && script >= 0 && next != script)
                    {
                        break;
                    }

                    script = next;
                    end++;
                }

                Longest[start] = end - start;
            }
        }
    }
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace KernelGen.Text;

/// <summary>
/// Finds the sentences of a text by rules: end marks of many scripts, the quotation marks and brackets that close behind them, abbreviations, initials and
/// numbers that only look like an end, and line breaks.
/// </summary>
/// <remarks>
/// <para>
/// Translation models are trained on sentences: of several in one source many translate the first and leave out the rest.
/// <see cref="TextGeneratorOptions.Sentences"/> gives each to the model by itself.
/// </para>
/// <para>
/// <c>。！？</c> and their kin end a sentence wherever they stand. <c>. ! ? …</c> do so before white space or at the end of a text, unless the next word begins
/// with a small letter or, for the full stop, an abbreviation, an initial or the number of a list item stands before it. A line break ends a sentence unless
/// <see cref="SplitsAtLineBreaks"/> says otherwise; an empty line always does. The rules are heuristic: "He works for Acme Inc. She does not." is two
/// sentences, "St. Petersburg" is a part of one, and an abbreviation that nobody listed ends one.
/// </para>
/// <para>It takes time in proportion to the length of the text. A splitter does not change: any number of threads may use it at once.</para>
/// </remarks>
public sealed class SentenceSplitter
{
    /// <summary>Ends of sentences that need no space behind them.</summary>
    private const string WideEnds = "。！？｡．‼⁇⁈⁉";

    /// <summary>Ends of sentences before a space or the end of the text: Latin, Arabic and Urdu, Devanagari, Armenian, Ethiopic, Burmese, Khmer, Tibetan.</summary>
    private const string Ends = ".!?…؟۔।॥։።፧၊။។༎";

    /// <summary>What closes a quotation or a bracket stays with the sentence that it ends.</summary>
    private const string Closing = "”’」』）》】〉〕］)]}\"'»›";

    private const string Opening = "“‘「『（《【〈〔［([{\"'«‹¿¡-–—";

    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _abbreviations;

    /// <summary>Creates a splitter.</summary>
    /// <param name="abbreviations">
    /// Words that a full stop may follow within a sentence, without that full stop, besides those that are known already in English, German, French, Spanish
    /// and some more languages. Upper and lower case count as one.
    /// </param>
    /// <exception cref="ArgumentException">An abbreviation is null or empty.</exception>
    public SentenceSplitter(params ReadOnlySpan<string> abbreviations)
    {
        var all = new HashSet<string>(KnownAbbreviations.All, StringComparer.OrdinalIgnoreCase);
        foreach (string abbreviation in abbreviations)
        {
            ArgumentException.ThrowIfNullOrEmpty(abbreviation, nameof(abbreviations));
            all.Add(abbreviation.TrimEnd('.'));
        }

        _abbreviations = all.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The splitter with the abbreviations that are known.</summary>
    public static SentenceSplitter Default { get; } = new();

    /// <summary>Whether a line break ends a sentence; an empty line always does. Default: yes. Say no for text whose lines are broken within sentences.</summary>
    public bool SplitsAtLineBreaks { get; init; } = true;

    /// <summary>Finds the sentences of a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>
    /// Where each sentence stands, in their order, without the white space around it; none where the text is white space alone. What lies between them is white
    /// space.
    /// </returns>
    public ImmutableArray<Range> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ImmutableArray<Range>.Builder sentences = ImmutableArray.CreateBuilder<Range>();
        int start = SkipWhiteSpace(text, 0);
        for (int position = start; position < text.Length;)
        {
            if (EndsAt(text, start, position, out int end))
            {
                Add(sentences, text, start, end);
                start = end = SkipWhiteSpace(text, end);
            }

            position = end;
        }

        Add(sentences, text, start, text.Length);
        return sentences.DrainToImmutable();
    }

    private static void Add(ImmutableArray<Range>.Builder sentences, string text, int start, int end)
    {
        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        if (end > start)
        {
            sentences.Add(start..end);
        }
    }

    /// <summary>Whether a sentence ends with what stands at <paramref name="position"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the sentence begins.</param>
    /// <param name="position">Where an end mark, a line break or anything else stands.</param>
    /// <param name="end">Where the sentence ends, or where to look next.</param>
    private bool EndsAt(string text, int start, int position, out int end)
    {
        char mark = text[position];
        end = position + 1;
        if (IsLineBreak(mark))
        {
            return SplitsAtLineBreaks || IsEmptyLineBehind(text, position);
        }

        // A run of marks, and what they close: "!?", "...", ".”)".
        bool isWide = IsWideEnd(text, position);
        if (!isWide && !Ends.Contains(mark))
        {
            return false;
        }

        while (end < text.Length && (Ends.Contains(text[end]) || IsWideEnd(text, end)))
        {
            isWide |= IsWideEnd(text, end);
            end++;
        }

        bool isLoneFullStop = mark == '.' && end == position + 1;
        while (end < text.Length && Closing.Contains(text[end]))
        {
            end++;
        }

        if (isWide || end == text.Length)
        {
            return true;
        }

        if (!char.IsWhiteSpace(text[end]))
        {
            // Before a character of a script without spaces "!?" and "..." end a sentence; a full stop may belong to a number or a name.
            return !isLoneFullStop && IsWide(text, end);
        }

        int next = SkipWhiteSpace(text, end);
        return next == text.Length
            || (SplitsAtLineBreaks && HasLineBreak(text, end, next))
            || (BeginsSentence(text, next) && !(isLoneFullStop && IsPartOfWord(text, start, position, next)));
    }

    /// <summary>Whether an end mark that needs no space stands here; one between digits is a decimal point.</summary>
    private static bool IsWideEnd(string text, int position) =>
        WideEnds.Contains(text[position]) && !(text[position] == '．' && position + 1 < text.Length && char.IsDigit(text[position + 1]));

    /// <summary>Whether what stands here may begin a sentence: no small letter, and no mark that continues one.</summary>
    private static bool BeginsSentence(string text, int position)
    {
        while (position < text.Length && (Opening.Contains(text[position]) || char.IsWhiteSpace(text[position])))
        {
            position++;
        }

        return position == text.Length
            || (Rune.GetUnicodeCategory(RuneAt(text, position)) != UnicodeCategory.LowercaseLetter && !",;:)".Contains(text[position]));
    }

    /// <summary>Whether a full stop belongs to the word before it: an abbreviation, an initial, or the number of a list item or of a day.</summary>
    private bool IsPartOfWord(string text, int start, int fullStop, int next)
    {
        int first = fullStop;
        while (first > start && !char.IsWhiteSpace(text[first - 1]) && !Opening.Contains(text[first - 1]))
        {
            first--;
        }

        ReadOnlySpan<char> word = text.AsSpan(first, fullStop - first);
        if (word.IsEmpty)
        {
            return false;
        }

        if (!word.ContainsAnyExceptInRange('0', '9'))
        {
            // "1. Wash your hands.", "am 3. Oktober"; but "in 1999. Then".
            return word.Length <= 3 && (first == start || KnownAbbreviations.FollowsOrdinal(WordAt(text, next)));
        }

        if (_abbreviations.Contains(word) || (char.IsDigit(text[next]) && KnownAbbreviations.StandsBeforeNumber(word)))
        {
            return true;
        }

        // "J. R. R. Tolkien", "z. B. Hunde", but not "Plan B. It" nor "you and I. They"; "the U.S. Army", but not "in the U.S. They".
        bool isInitial = word.Length == 1 && char.IsLetter(word[0]);
        bool isAcronym = word.Length >= 3 && word[1] == '.' && char.IsLetter(word[0]) && char.IsLetter(word[^1]) && word[^2] == '.';
        return (isInitial || isAcronym) && !KnownAbbreviations.OftenBeginsSentence(WordAt(text, next));
    }

    private static ReadOnlySpan<char> WordAt(string text, int position)
    {
        int end = position;
        while (end < text.Length && char.IsLetter(text[end]))
        {
            end++;
        }

        return text.AsSpan(position, end - position);
    }

    private static Rune RuneAt(string text, int position) => Rune.TryGetRuneAt(text, position, out Rune rune) ? rune : Rune.ReplacementChar;

    /// <summary>Whether a character is of a script that is written without spaces: Chinese, Japanese, and their punctuation.</summary>
    internal static bool IsWide(string text, int position) => RuneAt(text, position).Value is (>= 0x2E80 and <= 0x303F) or (>= 0x3040 and <= 0x30FF)
        or (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE4F) or (>= 0xFF00 and <= 0xFF9F) or (>= 0x20000 and <= 0x3FFFF);

    internal static bool IsLineBreak(char character) => character is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029';

    /// <summary>Whether the line that begins behind a line break is empty, or the break is a paragraph's.</summary>
    private static bool IsEmptyLineBehind(string text, int position)
    {
        if (text[position] == '\u2029')
        {
            return true;
        }

        int next = position + (text[position] == '\r' && position + 1 < text.Length && text[position + 1] == '\n' ? 2 : 1);
        return HasLineBreak(text, next, SkipWhiteSpace(text, next));
    }

    private static bool HasLineBreak(string text, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            if (IsLineBreak(text[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static int SkipWhiteSpace(string text, int position)
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        return position;
    }
}

using System.Text;

namespace KernelGen.Text;

/// <summary>
/// The rules of the normalisations that SentencePiece has names for, made from our own table of Unicode 14.0 as its builder makes them from ICU
/// (<see href="https://github.com/google/sentencepiece/blob/master/src/builder.cc"/>), in compiled form.
/// </summary>
internal static class NormalizationRules
{
    /// <summary>No character beyond it decomposes.</summary>
    private const int Limit = 0x30000;

    private static readonly Lazy<byte[]> CompiledNfkc = new(static () => CharacterMapBuilder.Build(MakeNfkc()));
    private static readonly Lazy<byte[]> CompiledNmtNfkc = new(static () => CharacterMapBuilder.Build(MakeNmtNfkc()));

    /// <summary>Normalisation form KC.</summary>
    public static byte[] Nfkc => CompiledNfkc.Value;

    /// <summary>Normalisation form KC, white space of every kind as a space, and no control characters.</summary>
    public static byte[] NmtNfkc => CompiledNmtNfkc.Value;

    /// <summary>Compiles rules and more rules, which also rewrite what those make, and of two for the same text are taken.</summary>
    /// <exception cref="ArgumentException">A rule is none.</exception>
    public static byte[] Compile(Dictionary<string, string> rules, IReadOnlyDictionary<string, string> moreRules)
    {
        var more = new Dictionary<string, string>(StringComparer.Ordinal);
        int longest = 1;
        foreach ((string from, string to) in moreRules)
        {
            if (string.IsNullOrEmpty(from) || to is null || !IsText(from) || !IsText(to))
            {
                throw new ArgumentException(
                    $"A rule of normalisation rewrites {VocabularyFile.Quote(from ?? "")} to {(to is null ? "null" : VocabularyFile.Quote(to))}. "
                    + "It rewrites at least one character, and neither has U+0000 or halves of surrogate pairs.",
                    nameof(moreRules));
            }

            more.Add(from, to);
            longest = Math.Max(longest, CountRunes(from));
        }

        var all = rules.ToDictionary(static rule => rule.Key, rule => Apply(more, rule.Value, longest), StringComparer.Ordinal);
        foreach ((string from, string to) in more)
        {
            all[from] = to;
        }

        return CharacterMapBuilder.Build(all);
    }

    /// <summary>
    /// What NFKC changes: characters by themselves, and sequences of characters, in each of their forms, that compose. Only sequences that are the decomposition
    /// of one character are rules, so that text which puts more together is left as it is.
    /// </summary>
    internal static Dictionary<string, string> MakeNfkc()
    {
        Dictionary<string, string> rules = [];
        var forms = new Dictionary<int, List<string>>();
        var decompositions = new SortedSet<string>(StringComparer.Ordinal);
        for (int character = 1; character < Limit; character++)
        {
            if (!Rune.IsValid(character))
            {
                continue;
            }

            string text = char.ConvertFromUtf32(character);
            string normalized = Text.Nfkc.Normalize(text);
            if (normalized != text)
            {
                rules.Add(text, normalized);
            }

            if (Text.Nfkc.Decompose(text) is { } decomposition)
            {
                if (Rune.GetRuneAt(decomposition, 0).Utf16SequenceLength < decomposition.Length)
                {
                    decompositions.Add(decomposition);
                }
                else
                {
                    FormsOf(char.ConvertToUtf32(decomposition, 0)).Add(text);
                }
            }
        }

        foreach (string decomposition in decompositions)
        {
            string composed = Text.Nfkc.Normalize(decomposition);
            if (composed != decomposition)
            {
                AddForms(decomposition, composed);
            }
        }

        return WithoutRedundant(rules);

        List<string> FormsOf(int character)
        {
            if (!forms.TryGetValue(character, out List<string>? list))
            {
                list = [char.ConvertFromUtf32(character)];
                forms.Add(character, list);
            }

            return list;
        }

        void AddForms(string decomposition, string composed)
        {
            List<string> sequences = [""];
            foreach (Rune part in decomposition.EnumerateRunes())
            {
                sequences = [.. sequences.SelectMany(sequence => FormsOf(part.Value), static (sequence, form) => sequence + form)];
            }

            foreach (string sequence in sequences)
            {
                if (sequence != composed)
                {
                    rules[sequence] = composed;
                }
            }
        }
    }

    /// <summary>The same for translation: what is invisible is a space or nothing, and Japanese keeps its full-width tilde.</summary>
    internal static Dictionary<string, string> MakeNmtNfkc()
    {
        Dictionary<string, string> rules = MakeNfkc();
        foreach (char space in "\t\n\f\r\u1680\u200B\u200C\u200E\u200F\u2028\u2029\u2581\uFEFF\uFFFD")
        {
            rules[space.ToString()] = " ";
        }

        foreach (char control in "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\v\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F\u007F\u008F\u009F")
        {
            rules[control.ToString()] = "";
        }

        rules.Remove("\uFF5E");
        return rules;
    }

    /// <summary>Drops the rules for several characters that follow from those for fewer.</summary>
    private static Dictionary<string, string> WithoutRedundant(Dictionary<string, string> rules)
    {
        Dictionary<string, string> needed = [];
        foreach (IGrouping<int, KeyValuePair<string, string>> ofLength in rules.GroupBy(static rule => CountRunes(rule.Key)).OrderBy(static group => group.Key))
        {
            KeyValuePair<string, string>[] kept = [.. ofLength.Where(rule => ofLength.Key == 1 || Apply(needed, rule.Key, ofLength.Key - 1) != rule.Value)];
            foreach ((string from, string to) in kept)
            {
                needed.Add(from, to);
            }
        }

        return needed;
    }

    private static bool IsText(string text) => !text.Contains('\0') && Utf8Text.IsUnicode(text);

    private static int CountRunes(string text)
    {
        int count = 0;
        foreach (Rune _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    /// <summary>Applies rules of up to some characters, the longest first.</summary>
    private static string Apply(Dictionary<string, string> rules, string text, int longest)
    {
        var normalized = new StringBuilder();
        Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> lookup = rules.GetAlternateLookup<ReadOnlySpan<char>>();
        int[] ends = new int[longest];
        for (int start = 0; start < text.Length;)
        {
            int count = 0;
            for (int end = start; end < text.Length && count < longest;)
            {
                end += Rune.GetRuneAt(text, end).Utf16SequenceLength;
                ends[count++] = end;
            }

            string? replacement = null;
            int used = count;
            while (used > 0 && !lookup.TryGetValue(text.AsSpan(start..ends[used - 1]), out replacement))
            {
                used--;
            }

            int next = ends[Math.Max(used, 1) - 1];
            normalized.Append(used > 0 ? replacement : text[start..next]);
            start = next;
        }

        return normalized.ToString();
    }
}

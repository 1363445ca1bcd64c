using System.Collections.Immutable;
using KernelGen.Checkpoints;

namespace KernelGen.Training;

/// <summary>Patterns of names: <c>*</c> stands for any characters, <c>?</c> for one.</summary>
internal static class NamePatterns
{
    /// <summary>Whether any of the patterns fits any of the names.</summary>
    public static bool Match(IReadOnlyList<string> patterns, IReadOnlyList<string> names)
    {
        foreach (string pattern in patterns)
        {
            foreach (string name in names)
            {
                if (Matches(pattern, name))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Refuses a pattern that fits nothing: somebody meant something.</summary>
    /// <param name="option">The option that has the patterns.</param>
    /// <param name="patterns">The patterns.</param>
    /// <param name="ranges">What may be meant.</param>
    /// <exception cref="ArgumentException">One fits nothing.</exception>
    public static void Check(string option, ImmutableArray<string> patterns, IReadOnlyList<ParameterRange> ranges)
    {
        foreach (string? pattern in patterns.IsDefault ? [] : patterns)
        {
            if (string.IsNullOrEmpty(pattern))
            {
                throw new ArgumentException($"{option} has an empty pattern; leave it out.", option);
            }

            bool fits = false;
            foreach (ParameterRange range in ranges)
            {
                fits |= Match([pattern], range.Names);
            }

            if (!fits)
            {
                throw new ArgumentException($"{option} has the pattern {CheckpointException.Quote(pattern)}, which no weights' name fits. {Names(ranges)}", option);
            }
        }
    }

    /// <summary>Whether a pattern fits a whole name.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        // Where the last asterisk was, and what of the name it has taken: only the last one has to be tried again.
        int asterisk = -1, taken = 0, p = 0, n = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                asterisk = p++;
                taken = n;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == name[n]))
            {
                p++;
                n++;
            }
            else if (asterisk >= 0)
            {
                p = asterisk + 1;
                n = ++taken;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }

    /// <summary>The names that there are, of the layers only those of the first.</summary>
    private static string Names(IReadOnlyList<ParameterRange> ranges)
    {
        var names = new List<string>();
        foreach (ParameterRange range in ranges)
        {
            foreach (string name in range.Names)
            {
                string[] words = name.Split('.');
                bool isOfLaterLayer = words.Length > 2 && words[1] != "0" && char.IsAsciiDigit(words[1][0]);
                if (!isOfLaterLayer && !names.Contains(name))
                {
                    names.Add(name);
                }
            }
        }

        return $"Names are, those of later layers left out: {string.Join(", ", names)}.";
    }
}

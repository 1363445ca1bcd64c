namespace KernelGen.Generator.Specification;

/// <summary>Finds what somebody meant who wrote something else.</summary>
internal static class Spelling
{
    /// <summary>The known word that a misspelled one comes nearest to; <see langword="null"/> when none is near.</summary>
    public static string? Nearest(string written, IEnumerable<string> known) => known
        .Select(word => (Word: word, Distance: Distance(written, word)))
        .Where(candidate => candidate.Distance <= Tolerance(written) && candidate.Distance < written.Length)
        .OrderBy(static candidate => candidate.Distance)
        .ThenBy(static candidate => candidate.Word, StringComparer.Ordinal)
        .Select(static candidate => candidate.Word)
        .FirstOrDefault();

    /// <summary>How far from a word another may be that was meant.</summary>
    public static int Tolerance(string written) => Math.Max(2, written.Length / 4);

    /// <summary>How many letters have to be changed, left out or put in to make one text the other, whatever their case (Levenshtein's distance).</summary>
    public static int Distance(string first, string second)
    {
        int[] above = [.. Enumerable.Range(0, second.Length + 1)];
        for (int i = 0; i < first.Length; i++)
        {
            int[] row = new int[above.Length];
            row[0] = i + 1;
            for (int j = 0; j < second.Length; j++)
            {
                int change = char.ToUpperInvariant(first[i]) == char.ToUpperInvariant(second[j]) ? 0 : 1;
                row[j + 1] = Math.Min(above[j] + change, Math.Min(above[j + 1], row[j]) + 1);
            }

            above = row;
        }

        return above[second.Length];
    }
}

namespace KernelGen.Text;

/// <summary>What makes one sequence of another.</summary>
/// <param name="Substitutions">How many are put in place of others.</param>
/// <param name="Insertions">How many the first has, and the second does not.</param>
/// <param name="Deletions">How many the second has, and the first does not.</param>
internal readonly record struct Edits(int Substitutions, int Insertions, int Deletions)
{
    /// <summary>All of them.</summary>
    public int Count => Substitutions + Insertions + Deletions;

    /// <summary>
    /// The fewest edits between two sequences (Wagner and Fischer 1974, <see href="https://doi.org/10.1145/321796.321811"/>); of several ways, one with the most
    /// substitutions. It takes time in proportion to the product of the lengths, and memory in proportion to one.
    /// </summary>
    /// <param name="found">The first sequence.</param>
    /// <param name="expected">The second one.</param>
    public static Edits Between<T>(ReadOnlySpan<T> found, ReadOnlySpan<T> expected)
        where T : IEquatable<T>
    {
        int same = found.CommonPrefixLength(expected);
        found = found[same..];
        expected = expected[same..];
        while (!found.IsEmpty && !expected.IsEmpty && found[^1].Equals(expected[^1]))
        {
            found = found[..^1];
            expected = expected[..^1];
        }

        // Of the part of what was found that was gone through, and each first part of what was expected.
        var row = new Edits[expected.Length + 1];
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = new Edits(0, 0, i);
        }

        foreach (T part in found)
        {
            Edits diagonal = row[0];
            row[0] = row[0] with { Insertions = row[0].Insertions + 1 };
            for (int i = 1; i < row.Length; i++)
            {
                Edits best = part.Equals(expected[i - 1]) ? diagonal : diagonal with { Substitutions = diagonal.Substitutions + 1 };
                best = Better(best, row[i] with { Insertions = row[i].Insertions + 1 });
                best = Better(best, row[i - 1] with { Deletions = row[i - 1].Deletions + 1 });
                diagonal = row[i];
                row[i] = best;
            }
        }

        return row[^1];
    }

    private static Edits Better(Edits one, Edits other) =>
        other.Count < one.Count || (other.Count == one.Count && other.Substitutions > one.Substitutions) ? other : one;
}

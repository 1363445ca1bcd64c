namespace KernelGen.Benchmarks.Start;

/// <summary>Sources that are the same in every run and every program.</summary>
internal static class FixedSources
{
    /// <summary>The tokens of a source, and those of a whole target.</summary>
    public const int Length = 24;

    /// <summary>Tokens up to here have a meaning of their own.</summary>
    private const int LastSpecialToken = 2;

    /// <summary>A step through the vocabulary; a prime, so that no token comes twice before all have come.</summary>
    private const int Step = 97;

    /// <summary>Sources of <see cref="Length"/> tokens.</summary>
    public static int[][] Create(int count, int vocabularySize)
    {
        int first = LastSpecialToken + 1;
        int[][] sources = new int[count][];
        for (int i = 0; i < count; i++)
        {
            sources[i] = new int[Length];
            for (int j = 0; j < Length; j++)
            {
                sources[i][j] = first + (Step * ((i * Length) + j) % (vocabularySize - first));
            }
        }

        return sources;
    }
}

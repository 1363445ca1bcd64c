using KernelGen.Execution;

namespace KernelGen.Tool.Measuring;

/// <summary>Random sentences: the same for the same model, so that measurements can be compared.</summary>
internal static class RandomSources
{
    /// <summary>Sources of random tokens, none of them the pad token; each ends with the end token where sources have it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="count">How many.</param>
    /// <param name="shortest">The tokens of the shortest.</param>
    /// <param name="longest">The tokens of the longest.</param>
    public static int[][] Create(ModelDescription model, int count, int shortest, int longest)
    {
        var random = new Random(1);
        int most = Math.Min(longest, model.MaxSourceLength);
        return [.. Enumerable.Range(0, count).Select(_ => Source(model, random, random.Next(Math.Min(shortest, most), most + 1)))];
    }

    private static int[] Source(ModelDescription model, Random random, int length)
    {
        int[] tokens = new int[length];
        for (int i = 0; i < length; i++)
        {
            int token = random.Next(model.SourceVocabularySize);
            tokens[i] = token == model.PadToken ? (token + 1) % model.SourceVocabularySize : token;
        }

        if (model.EndToken < model.SourceVocabularySize)
        {
            tokens[^1] = model.EndToken;
        }

        return tokens;
    }
}

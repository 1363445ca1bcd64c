namespace KernelGen.Benchmarks.Suites;

/// <summary>Softmax as one writes it first: one element at a time.</summary>
internal static class ScalarSoftmax
{
    public static void Run(Span<float> scores)
    {
        float largest = float.NegativeInfinity;
        foreach (float score in scores)
        {
            largest = MathF.Max(largest, score);
        }

        float sum = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            sum += scores[i] = MathF.Exp(scores[i] - largest);
        }

        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] /= sum;
        }
    }
}

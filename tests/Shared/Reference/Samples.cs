namespace KernelGen.Tests.Reference;

/// <summary>Random numbers that are the same on every run.</summary>
internal sealed class Samples
{
    private readonly Random _random;

    public Samples(int seed) => _random = new Random(seed);

    /// <summary>Normally distributed numbers with mean 0 (Box and Muller 1958).</summary>
    public float[] Normal(int count, float standardDeviation = 1f)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
            values[i] = (float)(standardDeviation * radius * Math.Cos(2 * Math.PI * _random.NextDouble()));
        }

        return values;
    }

    /// <summary>Rows of normally distributed numbers.</summary>
    public float[][] NormalRows(int rows, int width, float standardDeviation = 1f) =>
        [.. Enumerable.Range(0, rows).Select(_ => Normal(width, standardDeviation))];

    /// <summary>Token ids.</summary>
    public int[] Tokens(int count, int vocabularySize) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(vocabularySize))];
}

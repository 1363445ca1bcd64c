namespace KernelGen.Audio.Tests;

/// <summary>A target that <see cref="ReferenceWhisper"/> is writing: its tokens, and the keys and values of self-attention of all of them.</summary>
internal sealed class ReferenceTarget
{
    public List<int> Written { get; private init; } = [];

    public double LogProbability { get; set; }

    public int Length { get; set; }

    public required float[][] Keys { get; init; }

    public required float[][] Values { get; init; }

    public required float[] Logits { get; init; }

    public ReferenceTarget Copy() => new()
    {
        Written = [.. Written],
        LogProbability = LogProbability,
        Length = Length,
        Keys = [.. Keys.Select(static keys => (float[])keys.Clone())],
        Values = [.. Values.Select(static values => (float[])values.Clone())],
        Logits = (float[])Logits.Clone(),
    };
}

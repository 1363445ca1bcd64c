namespace KernelGen.Audio;

/// <summary>The last samples of a sound: new ones are added behind, old ones are forgotten.</summary>
/// <param name="capacity">The most samples that are kept.</param>
internal sealed class SampleBuffer(int capacity)
{
    private readonly float[] _samples = new float[capacity];

    /// <summary>The first sample that is kept, counted from the beginning of the sound.</summary>
    public long Start { get; private set; }

    /// <summary>How many are kept.</summary>
    public int Length { get; private set; }

    /// <summary>The sample behind the last.</summary>
    public long End => Start + Length;

    /// <summary>The samples from one to another, both counted from the beginning of the sound.</summary>
    public ReadOnlyMemory<float> this[long start, long end] => _samples.AsMemory((int)(start - Start), (int)(end - start));

    /// <summary>Makes room for samples, which belong to the buffer from now on.</summary>
    /// <param name="count">How many; not more than there is room for.</param>
    public Span<float> Append(int count)
    {
        Span<float> added = _samples.AsSpan(Length, count);
        Length += count;
        return added;
    }

    /// <summary>Forgets the samples before one.</summary>
    public void ForgetBefore(long sample)
    {
        int gone = (int)Math.Clamp(sample - Start, 0, Length);
        _samples.AsSpan(gone, Length - gone).CopyTo(_samples);
        Start += gone;
        Length -= gone;
    }
}

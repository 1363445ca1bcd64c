using System.Runtime.CompilerServices;
using KernelGen.Execution;

namespace KernelGen.Training;

/// <summary>The mean of the weights at the last few checkpoints (Vaswani et al. 2017, section 6.1).</summary>
internal sealed unsafe class LastAverage : IDisposable
{
    private readonly NativeBlock?[] _kept;
    private readonly TrainingParameters _parameters;

    /// <param name="count">How many checkpoints are averaged.</param>
    /// <param name="parameters">The weights.</param>
    public LastAverage(int count, TrainingParameters parameters)
    {
        _kept = new NativeBlock?[count];
        _parameters = parameters;
    }

    /// <summary>How many checkpoints there have been.</summary>
    public long Taken { get; private set; }

    /// <summary>The checkpoints that there are, in the order in which they are added, which is not always that of time.</summary>
    public ReadOnlySpan<NativeBlock?> Kept => _kept.AsSpan(0, (int)Math.Min(Taken, _kept.Length));

    /// <summary>Keeps the weights as they are; the oldest checkpoint is given up where there are enough.</summary>
    public void Take()
    {
        NativeBlock block = _kept[Taken % _kept.Length] ??= TrainingParameters.Zeros(_parameters.Length);
        Buffer.MemoryCopy(_parameters.WeightBlock, block.Pointer, block.Length * sizeof(float), block.Length * sizeof(float));
        Taken++;
    }

    /// <summary>Makes room for the last of so many checkpoints, which whoever calls this fills.</summary>
    public void Continue(long taken)
    {
        Taken = taken;
        for (int i = 0; i < Kept.Length; i++)
        {
            _kept[i] ??= TrainingParameters.Zeros(_parameters.Length);
        }
    }

    /// <summary>Writes the mean.</summary>
    /// <param name="segments">What is trained; other places are left alone.</param>
    /// <param name="average">The block that receives it, in the layout of the weights.</param>
    public void Average(WeightSegments segments, float* average)
    {
        foreach (WeightSegment segment in segments.All)
        {
            Average(segment.Offset, segment.Length, average);
        }
    }

    /// <summary>Frees the checkpoints.</summary>
    public void Dispose()
    {
        foreach (NativeBlock? block in _kept)
        {
            block?.Dispose();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Average(long offset, int count, float* average)
    {
        ReadOnlySpan<NativeBlock?> kept = Kept;
        for (int i = 0; i < count; i++)
        {
            double sum = 0;
            foreach (NativeBlock? block in kept)
            {
                sum += block!.Pointer[offset + i];
            }

            average[offset + i] = (float)(sum / kept.Length);
        }
    }
}

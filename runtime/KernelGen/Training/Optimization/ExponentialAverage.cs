using System.Numerics;
using System.Runtime.CompilerServices;
using KernelGen.Execution;

namespace KernelGen.Training;

/// <summary>
/// An average of the weights of all steps, in which those of earlier steps count less and less (Polyak and Juditsky 1992; in Marian <c>--exponential-smoothing</c>):
/// <c>a = d·a + (1-d)·w</c>. In the first steps d is smaller, at most <c>(1 + t) / (10 + t)</c> in step t, as in TensorFlow's <c>ExponentialMovingAverage</c>, so that the weights that training began with are soon
/// forgotten.
/// </summary>
internal sealed unsafe class ExponentialAverage : IDisposable
{
    private readonly double _decay;
    private readonly NativeBlock _block;
    private float _kept;
    private float _taken;

    /// <summary>Begins with the weights as they are.</summary>
    /// <param name="decay">d.</param>
    /// <param name="parameters">The weights.</param>
    public ExponentialAverage(double decay, TrainingParameters parameters)
    {
        _decay = decay;
        _block = new NativeBlock(parameters.Length);
        Buffer.MemoryCopy(parameters.WeightBlock, _block.Pointer, _block.Length * sizeof(float), _block.Length * sizeof(float));
    }

    /// <summary>The average, in the layout of the weights.</summary>
    public NativeBlock Block => _block;

    /// <summary>Begins a step.</summary>
    /// <param name="step">Its number, from 1.</param>
    public void Begin(long step)
    {
        double decay = Math.Min(_decay, (1.0 + step) / (10.0 + step));
        _kept = (float)decay;
        _taken = (float)(1 - decay);
    }

    /// <summary>Takes weights of the step into the average.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="offset">Where they are in their block.</param>
    /// <param name="count">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Follow(float* weights, long offset, int count)
    {
        float* average = _block.Pointer + offset;
        Vector<float> kept = new(_kept), taken = new(_taken);
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            ((Vector.Load(average + i) * kept) + (Vector.Load(weights + i) * taken)).Store(average + i);
        }

        for (; i < count; i++)
        {
            average[i] = (average[i] * _kept) + (weights[i] * _taken);
        }
    }

    /// <summary>Frees the average.</summary>
    public void Dispose() => _block.Dispose();
}

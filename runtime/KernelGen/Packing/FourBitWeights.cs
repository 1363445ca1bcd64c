using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Packing;

/// <summary>A layer quantised to 4 bits, in memory of its own, before it is known whether it bears that.</summary>
internal sealed unsafe class FourBitWeights : IDisposable
{
    private readonly NativeBlock _bias, _scales, _weights;

    /// <param name="slot">The layer.</param>
    public FourBitWeights(WeightSlot slot)
    {
        Slot = slot;
        _bias = new NativeBlock(PanelLayout.RoundUp(slot.Outputs));
        _scales = new NativeBlock((ScaleBytes / sizeof(float)) + 1);
        _weights = new NativeBlock(WeightBytes / sizeof(float));
    }

    /// <summary>The layer.</summary>
    public WeightSlot Slot { get; }

    /// <summary>Its relative error (<see cref="FourBitLayer.Error"/>).</summary>
    public double Error { get; private set; }

    /// <summary>Room for the bias, padded to whole panels.</summary>
    public float* Bias => _bias.Pointer;

    private long ScaleBytes => Int4Layout.Scales(Slot.Outputs, Slot.Inputs) * Int4Layout.ScaleBytes;

    private long WeightBytes => Int4Layout.Length(Slot.Outputs, Slot.Inputs);

    /// <summary>Quantises the layer.</summary>
    /// <param name="panels">Its panels of floats.</param>
    public void Quantize(float* panels)
    {
        (double error, double whole) = Int4Quantization.Quantize(panels, PanelLayout.Panels(Slot.Outputs), Slot.Inputs, (ushort*)_scales.Pointer, (byte*)_weights.Pointer);
        Error = whole > 0 ? Math.Sqrt(error / whole) : 0;
    }

    /// <summary>Copies bias, scales and weights to where they belong.</summary>
    public void CopyTo(LinearWeights weights)
    {
        long biasBytes = _bias.Length * sizeof(float);
        Buffer.MemoryCopy(_bias.Pointer, weights.Bias, biasBytes, biasBytes);
        Buffer.MemoryCopy(_scales.Pointer, weights.Scales, ScaleBytes, ScaleBytes);
        Buffer.MemoryCopy(_weights.Pointer, weights.Panels, WeightBytes, WeightBytes);
    }

    public void Dispose()
    {
        _bias.Dispose();
        _scales.Dispose();
        _weights.Dispose();
    }
}

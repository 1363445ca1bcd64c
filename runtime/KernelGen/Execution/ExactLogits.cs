using KernelGen.Layout;
using KernelGen.Packing;

namespace KernelGen.Execution;

/// <summary>Computes single logits of one row, each with the bits that the full product has.</summary>
/// <typeparam name="TPrecision">How the weights of the projection are stored.</typeparam>
internal unsafe struct ExactLogits<TPrecision>
    where TPrecision : struct, IWeightPrecision
{
    private const int None = -1;

    private readonly byte* _row;
    private readonly LinearWeights _output;
    private readonly int _inputs;
    private readonly byte* _tail;
    private int _panel = None;
    private fixed int _sums[PanelLayout.Width];

    /// <param name="row">The inputs as the full product takes them: floats, or quantised for 8-bit weights.</param>
    /// <param name="output">The output projection.</param>
    /// <param name="model">The widths.</param>
    public ExactLogits(byte* row, in LinearWeights output, ModelDescription model)
    {
        _row = row;
        _output = output;
        _inputs = model.ModelDimension;
        _tail = row + model.QuantizedStride - Int8Layout.RowTail;
    }

    /// <summary>The logit of a token.</summary>
    public float Of(int token) => TPrecision.Value == WeightPrecision.Int8 ? OfIntegers(token) : OfFloats(token);

    private readonly float OfFloats(int token)
    {
        byte* weight = _output.Panels + (((((nint)(token / PanelLayout.Width) * _inputs) * PanelLayout.Width) + (token % PanelLayout.Width)) * TPrecision.WeightSize);
        float sum = _output.Bias[token];
        for (int i = 0; i < _inputs; i++)
        {
            float value = TPrecision.Value switch
            {
                WeightPrecision.Float32 => *(float*)weight,
                WeightPrecision.BFloat16 => BitConverter.UInt32BitsToSingle((uint)*(ushort*)weight << 16),
                _ => throw new InvalidOperationException($"Weights of the precision {TPrecision.Value} are no floats."),
            };
            sum = MathF.FusedMultiplyAdd(((float*)_row)[i], value, sum);
            weight += PanelLayout.Width * TPrecision.WeightSize;
        }

        return sum;
    }

    /// <summary>The sums of a whole panel lie in the same cache lines as those of one token: they are computed together, and kept for its next token.</summary>
    private float OfIntegers(int token)
    {
        int panel = token / PanelLayout.Width;
        fixed (int* sums = _sums)
        {
            if (panel != _panel)
            {
                byte* weights = _output.Panels + ((nint)panel * UpperBits.PaddedInputs(_inputs) * PanelLayout.Width);
                UpperBits.Multiply(weights, _row, _inputs, begin: ((int*)_tail)[1], sums);
                _panel = panel;
            }

            return MathF.FusedMultiplyAdd(sums[token % PanelLayout.Width], _output.Scales[token] * *(float*)_tail, _output.Bias[token]);
        }
    }
}

using System.Numerics;
using System.Runtime.InteropServices;
using KernelGen.Packing;
using KernelGen.Recipes;

namespace KernelGen.Execution;

/// <summary>Makes the rows that the encoder's layers read of the frames of a source that is audio: convolutions, the norms behind them, and the rows of positions.</summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
/// <typeparam name="TPrecision">How the weights are stored.</typeparam>
/// <param name="weights">The packed weights.</param>
internal sealed unsafe class SpeechFrontEnd<TKernels, TPrecision>(PackedModel weights)
    where TKernels : struct, IModelKernels
    where TPrecision : struct, IWeightPrecision
{
    /// <summary>Rows that are convolved at a time: what is written stays near until the next convolution reads it, and a cancelled call ends soon.</summary>
    private const int BlockRows = 192;

    private readonly ModelDescription _model = weights.Description;
    private readonly IReadOnlyList<WeightSlot> _slots = weights.Recipe.Convolutions;
    private readonly WeightSlot?[] _norms = [.. weights.Recipe.Convolutions.Select(weights.Recipe.GroupNormOf)];

    /// <summary>Fills <see cref="Workspace.Hidden"/>.</summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="frames"><c>[frames, channels]</c>.</param>
    /// <returns>The number of rows.</returns>
    public int Run(Workspace workspace, ReadOnlySpan<float> frames)
    {
        int rows = frames.Length / _model.SourceChannels;
        Copy(frames, rows, FirstRow(workspace, 0), RowStride(0));
        for (int i = 0; i < _slots.Count; i++)
        {
            Convolution convolution = _slots[i].Convolution!;
            Pad(workspace, i, rows);
            rows = convolution.RowsOf(rows);
            float* output = FirstRow(workspace, i + 1);
            int stride = RowStride(i + 1);
            if (convolution.ReadsSamples)
            {
                Run<Float32Weights>(workspace, i, rows, output, stride);
            }
            else
            {
                Run<TPrecision>(workspace, i, rows, output, stride);
            }

            if (_norms[i] is { } norm)
            {
                GroupNorm.Run(output, rows, norm.Inputs, stride, (float*)weights[norm].Panels, convolution.GroupNormEpsilon!.Value);
            }
        }

        if (weights.Encoder.Positions != null)
        {
            Add(weights.Encoder.Positions, workspace.Hidden, (long)rows * _model.ModelStride);
        }

        return rows;
    }

    /// <summary>Where the first row stands that a convolution reads; behind the last one the first of the encoder's layers.</summary>
    private float* FirstRow(Workspace workspace, int convolution) => convolution == _slots.Count
        ? workspace.Hidden
        : workspace.ConvolutionInput(convolution) + ((long)_slots[convolution].Convolution!.Padding * RowStride(convolution));

    private int RowStride(int convolution) => convolution == _slots.Count ? _model.ModelStride : _slots[convolution].Convolution!.RowStride;

    /// <summary>Makes the rows of its block that a convolution writes.</summary>
    private void Run<TStored>(Workspace workspace, int number, int rows, float* output, int outputStride)
        where TStored : struct, IWeightPrecision
    {
        WeightSlot slot = _slots[number];
        delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> kernel = TKernels.Linear<TStored>(slot.Shape);
        delegate*<float*, int, int, int, byte*, void> quantizer = TKernels.QuantizerOf(slot.Shape);
        float* input = workspace.ConvolutionInput(number);
        int step = slot.Convolution!.Step * RowStride(number);
        int most = Math.Min(BlockRows, workspace.Sequences[0].SourceLength);
        for (int row = 0; row < rows; row += most)
        {
            int block = Math.Min(most, rows - row);
            byte* read = LinearLayers<TStored>.Input(workspace, quantizer, input + ((long)row * step), block, step, slot.Inputs);
            LinearLayers<TStored>.Run(workspace, kernel, read, block, slot.Inputs, weights[slot], output + ((long)row * outputStride), slot.Outputs);
        }
    }

    /// <summary>Writes zeros before and behind the rows that a convolution reads.</summary>
    private void Pad(Workspace workspace, int number, int rows)
    {
        Convolution convolution = _slots[number].Convolution!;
        float* first = workspace.ConvolutionInput(number);
        long padding = (long)convolution.Padding * convolution.RowStride;
        long end = padding + ((long)rows * convolution.RowStride);
        new Span<float>(first, (int)padding).Clear();
        new Span<float>(first + end, (int)(convolution.InputLength(rows) - end)).Clear();
    }

    private void Copy(ReadOnlySpan<float> frames, int count, float* rows, int stride)
    {
        int channels = _model.SourceChannels;
        if (channels == stride)
        {
            frames.CopyTo(new Span<float>(rows, frames.Length));
            return;
        }

        for (int frame = 0; frame < count; frame++)
        {
            frames.Slice(frame * channels, channels).CopyTo(new Span<float>(rows, stride));
            new Span<float>(rows + channels, stride - channels).Clear();
            rows += stride;
        }
    }

    /// <summary><c>sum += addend</c>.</summary>
    private static void Add(float* addend, float* sum, long length)
    {
        var sums = MemoryMarshal.Cast<float, Vector<float>>(new Span<float>(sum, checked((int)length)));
        var addends = MemoryMarshal.Cast<float, Vector<float>>(new ReadOnlySpan<float>(addend, (int)length));
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += addends[i];
        }
    }
}

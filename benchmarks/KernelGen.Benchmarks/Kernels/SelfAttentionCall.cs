using KernelGen.Benchmarks.Measuring;
using KernelGen.Execution;
using KernelGen.Tests.Kernels;

namespace KernelGen.Benchmarks.Kernels;

/// <summary>The attention of the last positions of a sequence to all of it, without masks among them.</summary>
internal sealed unsafe class SelfAttentionCall : IDisposable
{
    /// <summary>Keys stand in whole pairs of panels of 16 positions.</summary>
    private const int KeyPositions = 32;

    private readonly KernelSet _kernels;
    private readonly FloatBuffer _queryKeyValue;
    private readonly FloatBuffer _keys;
    private readonly FloatBuffer _values;
    private readonly FloatBuffer _scratch;
    private readonly FloatBuffer _output;
    private readonly int _rows;
    private readonly int _visible;

    /// <param name="kernels">The kernels.</param>
    /// <param name="rows">The positions that look; 1 in a decoding step.</param>
    /// <param name="visible">The positions that each of them sees.</param>
    public SelfAttentionCall(KernelSet kernels, int rows, int visible)
    {
        ModelDescription model = kernels.Model;
        (_kernels, _rows, _visible) = (kernels, rows, visible);
        _queryKeyValue = new FloatBuffer((long)visible * 3 * model.AttentionWidth);
        _keys = new FloatBuffer((long)(visible + KeyPositions) / KeyPositions * KeyPositions * model.AttentionWidth);
        _values = new FloatBuffer((long)visible * model.AttentionWidth);
        _scratch = new FloatBuffer(model.AttentionScratch);
        _output = new FloatBuffer((long)rows * model.AttentionStride);
        kernels.AppendKeysAndValues(_queryKeyValue.Pointer, visible, 0, _keys.Pointer, _values.Pointer);
    }

    public void Run() =>
        _kernels.SelfAttention(_queryKeyValue.Pointer, _rows, _keys.Pointer, _values.Pointer, _visible, 0, null, 0, _scratch.Pointer, _output.Pointer);

    public void Dispose()
    {
        _queryKeyValue.Dispose();
        _keys.Dispose();
        _values.Dispose();
        _scratch.Dispose();
        _output.Dispose();
    }
}

using KernelGen.Benchmarks.Measuring;
using KernelGen.Execution;
using KernelGen.Tests.Kernels;

namespace KernelGen.Benchmarks.Kernels;

/// <summary>One encoder layer of a post-norm model with random weights, composed as the engine composes it.</summary>
internal sealed unsafe class EncoderLayer : IDisposable
{
    private readonly KernelSet _kernels;
    private readonly int _sequences;
    private readonly int _length;
    private readonly LinearLayer _queryKeyValue;
    private readonly LinearLayer _attentionOutput;
    private readonly LinearLayer _expand;
    private readonly LinearLayer _contract;
    private readonly FloatBuffer _norm;
    private readonly FloatBuffer _hidden;
    private readonly FloatBuffer _alternate;
    private readonly FloatBuffer _result;
    private readonly FloatBuffer _wide;
    private readonly FloatBuffer _context;
    private readonly FloatBuffer _keys;
    private readonly FloatBuffer _values;
    private readonly FloatBuffer _scratch;

    /// <param name="kernels">The kernels.</param>
    /// <param name="sequences">The sources.</param>
    /// <param name="length">The tokens of each.</param>
    /// <param name="precision">How the weights of linear layers are stored.</param>
    public EncoderLayer(KernelSet kernels, int sequences, int length, WeightPrecision precision)
    {
        (_kernels, _sequences, _length) = (kernels, sequences, length);
        ModelDescription model = kernels.Model;
        long rows = (long)sequences * length;
        _queryKeyValue = new LinearLayer(kernels, LinearKernel.QueryKeyValue, precision);
        _attentionOutput = new LinearLayer(kernels, LinearKernel.AttentionOutput, precision);
        _expand = new LinearLayer(kernels, LinearKernel.FeedForwardExpand, precision);
        _contract = new LinearLayer(kernels, LinearKernel.FeedForwardContract, precision);
        _norm = new FloatBuffer(2L * model.ModelStride);
        _hidden = new FloatBuffer(rows * model.ModelStride);
        _alternate = new FloatBuffer(rows * model.ModelStride);
        _result = new FloatBuffer(rows * model.ModelStride);
        _wide = new FloatBuffer(rows * Math.Max(3 * model.AttentionWidth, model.FeedForwardStride));
        _context = new FloatBuffer(rows * model.AttentionStride);
        _keys = new FloatBuffer((long)(length + 32) * model.AttentionWidth);
        _values = new FloatBuffer((long)length * model.AttentionWidth);
        _scratch = new FloatBuffer(model.AttentionScratch);
    }

    public void Run()
    {
        ModelDescription model = _kernels.Model;
        int rows = _sequences * _length;
        _queryKeyValue.Run(_hidden.Pointer, rows, null, _wide.Pointer);
        for (int sequence = 0; sequence < _sequences; sequence++)
        {
            long first = (long)sequence * _length;
            float* queryKeyValue = _wide.Pointer + (first * 3 * model.AttentionWidth);
            _kernels.AppendKeysAndValues(queryKeyValue, _length, 0, _keys.Pointer, _values.Pointer);
            _kernels.SelfAttention(
                queryKeyValue, _length, _keys.Pointer, _values.Pointer, _length, 0, null, 0, _scratch.Pointer, _context.Pointer + (first * model.AttentionStride));
        }

        _attentionOutput.Run(_context.Pointer, rows, _hidden.Pointer, _alternate.Pointer);
        _kernels.Norm(_alternate.Pointer, rows, _norm.Pointer, _alternate.Pointer);
        _expand.Run(_alternate.Pointer, rows, null, _wide.Pointer);
        _contract.Run(_wide.Pointer, rows, _alternate.Pointer, _result.Pointer);
        _kernels.Norm(_result.Pointer, rows, _norm.Pointer, _result.Pointer);
    }

    public void Dispose()
    {
        IDisposable[] all =
            [_queryKeyValue, _attentionOutput, _expand, _contract, _norm, _hidden, _alternate, _result, _wide, _context, _keys, _values, _scratch];
        Array.ForEach(all, static resource => resource.Dispose());
    }
}

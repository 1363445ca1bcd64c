using KernelGen.Execution;

namespace KernelGen.Benchmarks.Kernels;

/// <summary>The kernels of a declared model for one instruction set, behind virtual calls, so that one benchmark drives them all.</summary>
internal abstract unsafe class KernelSet
{
    protected KernelSet(ModelDescription model) => Model = model;

    public ModelDescription Model { get; }

    public abstract InstructionSet InstructionSet { get; }

    /// <summary>The generated struct.</summary>
    public abstract Type Struct { get; }

    /// <summary>A linear layer with random weights.</summary>
    public abstract LinearLayer CreateLinear(LinearKind kind, WeightPrecision precision = WeightPrecision.Float32);

    public abstract void Embed(int token, float* embedding, float* position, float* output);

    public abstract void LayerNorm(float* input, int rows, float* norm, float* output);

    public abstract void AppendKeysAndValues(float* queryKeyValue, int rows, int firstPosition, float* keys, float* values);

    public abstract void SelfAttention(float* queryKeyValue, int rows, float* keys, float* values, int visible, int visibleStep, float* scratch, float* output);

    public abstract void Softmax(float* scores, int rows, int count, int stride, float scale);

    public abstract int ArgMax(float* logits);
}

/// <inheritdoc/>
internal sealed unsafe class KernelSet<TKernels> : KernelSet
    where TKernels : struct, IModelKernels
{
    public KernelSet(ModelDescription model)
        : base(model)
    {
    }

    public override InstructionSet InstructionSet => TKernels.InstructionSet;

    public override Type Struct => typeof(TKernels);

    public override LinearLayer CreateLinear(LinearKind kind, WeightPrecision precision = WeightPrecision.Float32) => LinearLayer.Create<TKernels>(Model, kind, precision);

    public override void Embed(int token, float* embedding, float* position, float* output) => TKernels.Embed(token, embedding, position, output);

    public override void LayerNorm(float* input, int rows, float* norm, float* output) => TKernels.LayerNorm(input, rows, norm, output);

    public override void AppendKeysAndValues(float* queryKeyValue, int rows, int firstPosition, float* keys, float* values) =>
        TKernels.AppendKeysAndValues(queryKeyValue, rows, firstPosition, keys, values);

    public override void SelfAttention(float* queryKeyValue, int rows, float* keys, float* values, int visible, int visibleStep, float* scratch, float* output) =>
        TKernels.SelfAttention(queryKeyValue, rows, keys, values, visible, visibleStep, scratch, output);

    public override void Softmax(float* scores, int rows, int count, int stride, float scale) => TKernels.Softmax(scores, rows, count, stride, scale);

    public override int ArgMax(float* logits) => TKernels.ArgMax(logits);
}

using KernelGen.Execution;
using KernelGen.Packing;

namespace KernelGen.Tests.Kernels;

/// <summary>The kernels of a declared model for one instruction set, behind virtual calls, so that one test drives them all.</summary>
internal abstract unsafe class KernelSet
{
    protected KernelSet(ModelDescription model) => Model = model;

    public ModelDescription Model { get; }

    public abstract InstructionSet InstructionSet { get; }

    public abstract bool IsSupported { get; }

    public override string ToString() => $"{Model.Name}, {InstructionSet}";

    public abstract Engine CreateEngine(PackedModel model);

    public abstract void Embed(int token, float* embedding, float* position, float* output);

    public abstract void LayerNorm(float* input, int rows, float* norm, float* output);

    public abstract void QueryKeyValue(float* input, int rows, float* weights, float* output);

    public abstract void CrossQuery(float* input, int rows, float* weights, float* output);

    public abstract void CrossKeyValue(float* input, int rows, float* weights, float* output);

    public abstract void AttentionOutput(float* input, int rows, float* weights, float* residual, float* output);

    public abstract void FeedForwardExpand(float* input, int rows, float* weights, float* output);

    public abstract void FeedForwardContract(float* input, int rows, float* weights, float* residual, float* output);

    public abstract void Logits(float* input, int rows, float* bias, float* panels, float* output);

    public abstract void AppendKeysAndValues(float* queryKeyValue, int rows, int firstPosition, float* keys, float* values);

    public abstract void StoreCrossKeysAndValues(float* keyValue, int rows, float* keys, float* values);

    public abstract void SelfAttention(float* queryKeyValue, int rows, float* keys, float* values, int visible, int visibleStep, float* scratch, float* output);

    public abstract void CrossAttention(float* query, int rows, float* keys, float* values, int visible, float* scratch, float* output);

    public abstract void Softmax(float* scores, int rows, int count, int stride, float scale);

    public abstract void MaskPadding(float* scores, int rows, int stride, int* tokens, int count);

    public abstract void MaskCausal(float* scores, int rows, int stride, int firstPosition, int count);

    public abstract int ArgMax(float* logits);

    public abstract float SumOfExponentials(float* logits, float* maximum);
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

    public override bool IsSupported => TKernels.IsSupported;

    public override Engine CreateEngine(PackedModel model) => new Engine<TKernels>(model);

    public override void Embed(int token, float* embedding, float* position, float* output) => TKernels.Embed(token, embedding, position, output);

    public override void LayerNorm(float* input, int rows, float* norm, float* output) => TKernels.LayerNorm(input, rows, norm, output);

    public override void QueryKeyValue(float* input, int rows, float* weights, float* output) => TKernels.QueryKeyValue(input, rows, weights, output);

    public override void CrossQuery(float* input, int rows, float* weights, float* output) => TKernels.CrossQuery(input, rows, weights, output);

    public override void CrossKeyValue(float* input, int rows, float* weights, float* output) => TKernels.CrossKeyValue(input, rows, weights, output);

    public override void AttentionOutput(float* input, int rows, float* weights, float* residual, float* output) =>
        TKernels.AttentionOutput(input, rows, weights, residual, output);

    public override void FeedForwardExpand(float* input, int rows, float* weights, float* output) => TKernels.FeedForwardExpand(input, rows, weights, output);

    public override void FeedForwardContract(float* input, int rows, float* weights, float* residual, float* output) =>
        TKernels.FeedForwardContract(input, rows, weights, residual, output);

    public override void Logits(float* input, int rows, float* bias, float* panels, float* output) => TKernels.Logits(input, rows, bias, panels, output);

    public override void AppendKeysAndValues(float* queryKeyValue, int rows, int firstPosition, float* keys, float* values) =>
        TKernels.AppendKeysAndValues(queryKeyValue, rows, firstPosition, keys, values);

    public override void StoreCrossKeysAndValues(float* keyValue, int rows, float* keys, float* values) =>
        TKernels.StoreCrossKeysAndValues(keyValue, rows, keys, values);

    public override void SelfAttention(float* queryKeyValue, int rows, float* keys, float* values, int visible, int visibleStep, float* scratch, float* output) =>
        TKernels.SelfAttention(queryKeyValue, rows, keys, values, visible, visibleStep, scratch, output);

    public override void CrossAttention(float* query, int rows, float* keys, float* values, int visible, float* scratch, float* output) =>
        TKernels.CrossAttention(query, rows, keys, values, visible, scratch, output);

    public override void Softmax(float* scores, int rows, int count, int stride, float scale) => TKernels.Softmax(scores, rows, count, stride, scale);

    public override void MaskPadding(float* scores, int rows, int stride, int* tokens, int count) => TKernels.MaskPadding(scores, rows, stride, tokens, count);

    public override void MaskCausal(float* scores, int rows, int stride, int firstPosition, int count) =>
        TKernels.MaskCausal(scores, rows, stride, firstPosition, count);

    public override int ArgMax(float* logits) => TKernels.ArgMax(logits);

    public override float SumOfExponentials(float* logits, float* maximum) => TKernels.SumOfExponentials(logits, maximum);
}

using KernelGen.Execution;
using KernelGen.Packing;

namespace KernelGen.Tests.Kernels;

/// <summary>The linear kernels.</summary>
public enum LinearKernel
{
    QueryKeyValue,
    CrossQuery,
    CrossKeyValue,
    AttentionOutput,
    FeedForwardExpand,
    FeedForwardContract,
    Logits,
}

/// <summary>The arguments of a linear kernel.</summary>
internal unsafe ref struct LinearCall
{
    public byte* Input;
    public int Rows;
    public LinearWeights Weights;
    public float* Residual;
    public float* Output;
    public int FirstPanel;
    public int EndPanel;
}

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

    public abstract void Norm(float* input, int rows, float* norm, float* output);

    /// <summary>Quantises inputs in the format that most layers have.</summary>
    public void Quantize(float* input, int rows, int stride, int width, byte* output) => QuantizerOf(LinearKernel.Logits)(input, rows, stride, width, output);

    /// <summary>What quantises the inputs of a linear kernel.</summary>
    public abstract delegate*<float*, int, int, int, byte*, void> QuantizerOf(LinearKernel kernel);

    /// <summary>Quantises the inputs of a linear kernel, and sums them where weights have 4 bits.</summary>
    public void Quantize(LinearKernel kernel, WeightPrecision precision, float* input, int rows, byte* output)
    {
        LinearShape shape = LinearShape.Of(kernel, Model);
        QuantizerOf(kernel)(input, rows, shape.InputStride, shape.Input, output);
        if (precision == WeightPrecision.Int4)
        {
            GroupSums.Add(output, rows, Model.QuantizedStride, shape.Input);
        }
    }

    /// <summary>The middle of a gated feed-forward block.</summary>
    public abstract void Gate(float* input, int rows, float* output);

    /// <summary>Turns queries and keys by their positions.</summary>
    public abstract void Rotate(float* queryKeyValue, int rows, float* rotations);

    /// <summary>A linear kernel for weights of a precision.</summary>
    public abstract delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> Linear(LinearKernel kernel, WeightPrecision precision);

    public void Linear(LinearKernel kernel, WeightPrecision precision, LinearCall call) =>
        Linear(kernel, precision)(call.Input, call.Rows, in call.Weights, call.Residual, call.Output, call.FirstPanel, call.EndPanel);

    /// <summary>The output projection with the upper bits of 8-bit weights.</summary>
    public abstract void LogitsOfUpperBits(LinearCall call);

    public abstract void AppendKeysAndValues(float* queryKeyValue, int rows, int firstPosition, float* keys, float* values);

    public abstract void StoreCrossKeysAndValues(float* keyValue, int rows, float* keys, float* values);

    public abstract void SelfAttention(
        float* queryKeyValue, int rows, float* keys, float* values, int visible, int visibleStep, float* positionBias, int positionBiasStride, float* scratch, float* output);

    public abstract void PlaceScores(float* queries, int rows, float* keys, int positions, float* scores);

    public abstract float Exponentials(float* scores, int count, float scale);

    /// <summary>Attention of hypotheses that share a cache, which is made of kernels.</summary>
    public abstract void HypothesisAttention(in AttentionTask task, float* scratch);

    public void CrossAttention(float* query, int rows, float* keys, float* values, int visible, float* scratch, float* output) =>
        CrossAttention(query, rows, keys, values, visible, 0, Model.Heads, scratch, output);

    public abstract void CrossAttention(float* query, int rows, float* keys, float* values, int visible, int firstHead, int endHead, float* scratch, float* output);

    public abstract void Softmax(float* scores, int rows, int count, int stride, float scale);

    public abstract int ArgMax(float* logits);

    public abstract float SumOfExponentials(float* logits, float* maximum);
}

/// <inheritdoc/>
internal sealed class KernelSet<TKernels> : KernelSet<TKernels, Int8Weights>
    where TKernels : struct, IModelKernels
{
    public KernelSet(ModelDescription model)
        : base(model, TKernels.InstructionSet, TKernels.IsSupported)
    {
    }
}

/// <inheritdoc/>
internal unsafe class KernelSet<TKernels, TInt8> : KernelSet
    where TKernels : struct, IModelKernels
    where TInt8 : struct, IWeightPrecision
{
    /// <summary>The kernels of a struct, with other products of 8-bit numbers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="instructionSet">The instruction set.</param>
    /// <param name="isSupported">Whether this process may run them.</param>
    public KernelSet(ModelDescription model, InstructionSet instructionSet, bool isSupported)
        : base(model)
    {
        InstructionSet = instructionSet;
        IsSupported = isSupported;
    }

    public override InstructionSet InstructionSet { get; }

    public override bool IsSupported { get; }

    public override Engine CreateEngine(PackedModel model) => Engine.Create<TKernels, TInt8>(model, InstructionSet);

    public override void Embed(int token, float* embedding, float* position, float* output) => TKernels.Embed(token, embedding, position, output);

    public override void Norm(float* input, int rows, float* norm, float* output) => TKernels.Norm(input, rows, norm, output);

    public override delegate*<float*, int, int, int, byte*, void> QuantizerOf(LinearKernel kernel) => TKernels.QuantizerOf(LinearShape.SlotOf(kernel, Model).Shape);

    public override void Gate(float* input, int rows, float* output) => TKernels.Gate(input, rows, output);

    public override void Rotate(float* queryKeyValue, int rows, float* rotations) => TKernels.Rotate(queryKeyValue, rows, rotations);

    public override delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> Linear(LinearKernel kernel, WeightPrecision precision) => precision switch
    {
        WeightPrecision.Float32 => Linear<Float32Weights>(kernel),
        WeightPrecision.BFloat16 => Linear<BFloat16Weights>(kernel),
        WeightPrecision.Int8 or WeightPrecision.Int4 => Linear<TInt8>(kernel),
        _ => throw new ArgumentOutOfRangeException(nameof(precision)),
    };

    public override void LogitsOfUpperBits(LinearCall call) =>
        TKernels.LogitsOfUpperBits(call.Input, call.Rows, in call.Weights, call.Residual, call.Output, call.FirstPanel, call.EndPanel);

    public override void AppendKeysAndValues(float* queryKeyValue, int rows, int firstPosition, float* keys, float* values) =>
        TKernels.AppendKeysAndValues(queryKeyValue, rows, firstPosition, keys, values);

    public override void StoreCrossKeysAndValues(float* keyValue, int rows, float* keys, float* values) =>
        TKernels.StoreCrossKeysAndValues(keyValue, rows, keys, values);

    public override void SelfAttention(
        float* queryKeyValue, int rows, float* keys, float* values, int visible, int visibleStep, float* positionBias, int positionBiasStride, float* scratch, float* output) =>
        TKernels.SelfAttention(queryKeyValue, rows, keys, values, visible, visibleStep, positionBias, positionBiasStride, scratch, output);

    public override void PlaceScores(float* queries, int rows, float* keys, int positions, float* scores) => TKernels.PlaceScores(queries, rows, keys, positions, scores);

    public override float Exponentials(float* scores, int count, float scale) => TKernels.Exponentials(scores, count, scale);

    public override void HypothesisAttention(in AttentionTask task, float* scratch) => new HypothesisAttention<TKernels>(Model).Attend(in task, scratch);

    public override void CrossAttention(float* query, int rows, float* keys, float* values, int visible, int firstHead, int endHead, float* scratch, float* output) =>
        TKernels.CrossAttention(query, rows, keys, values, visible, firstHead, endHead, scratch, output);

    public override void Softmax(float* scores, int rows, int count, int stride, float scale) => TKernels.Softmax(scores, rows, count, stride, scale);

    public override int ArgMax(float* logits) => TKernels.ArgMax(logits);

    public override float SumOfExponentials(float* logits, float* maximum) => TKernels.SumOfExponentials(logits, maximum);

    private delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> Linear<TPrecision>(LinearKernel kernel)
        where TPrecision : struct, IWeightPrecision => TKernels.Linear<TPrecision>(LinearShape.SlotOf(kernel, Model).Shape);
}

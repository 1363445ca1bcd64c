using KernelGen.Execution;

namespace KernelGen.Training.Tests.Kernels;

/// <summary>The kernels that train a declared model, for one instruction set, behind virtual calls, so that one test drives them all.</summary>
internal abstract unsafe class TrainingKernelSet
{
    protected TrainingKernelSet(ModelDescription model) => Model = model;

    public ModelDescription Model { get; }

    public abstract InstructionSet InstructionSet { get; }

    public abstract bool IsSupported { get; }

    public override string ToString() => $"{Model.Name}, {InstructionSet}";

    public abstract TrainingEngine CreateEngine(TrainingParameters parameters, WorkerThreads workers);

    public abstract void Norm(float* input, int rows, float* norm, float* output);

    public abstract void Softmax(float* scores, int rows, int count, int stride, float scale);

    public abstract void TrainingLinear(int shape, float* input, int rows, in LinearWeights weights, float* output, int firstPanel, int endPanel);

    public abstract void WeightGradient(
        float* input, int inputStride, int inputs, float* outputGradient, int outputStride, int rows, bool accumulates, float* gradient, int firstPanel, int endPanel);

    public abstract void NormGradient(float* input, int rows, float* norm, float* outputGradient, float* inputGradient, float* statistics);

    public abstract void Activate(float* input, int rows, float* output);

    public abstract void ActivationGradient(float* input, int rows, float* outputGradient, float* inputGradient);

    public abstract void ActivateConvolved(float* input, int length, float* output);

    public abstract void ConvolvedGradient(float* input, int length, float* outputGradient, float* inputGradient);

    public abstract void HeadScores(float* query, int rows, float* keys, int positions, float* scores);

    public abstract void HeadWeightedSum(float* weights, int rows, int positions, float* values, float* output);

    public abstract void SoftmaxGradient(float* probabilities, float* gradient, int rows, int count, float scale);

    public abstract float CrossEntropy(float* logits, int target, float smoothing, float scale);
}

/// <inheritdoc/>
internal sealed unsafe class TrainingKernelSet<TKernels> : TrainingKernelSet
    where TKernels : struct, ITrainingKernels
{
    public TrainingKernelSet(ModelDescription model)
        : base(model)
    {
    }

    public override InstructionSet InstructionSet => TKernels.InstructionSet;

    public override bool IsSupported => TKernels.IsSupported;

    public override TrainingEngine CreateEngine(TrainingParameters parameters, WorkerThreads workers) => TrainingEngine.Create<TKernels>(parameters, workers);

    public override void Norm(float* input, int rows, float* norm, float* output) => TKernels.Norm(input, rows, norm, output);

    public override void Softmax(float* scores, int rows, int count, int stride, float scale) => TKernels.Softmax(scores, rows, count, stride, scale);

    public override void TrainingLinear(int shape, float* input, int rows, in LinearWeights weights, float* output, int firstPanel, int endPanel) =>
        TKernels.TrainingLinear(shape)((byte*)input, rows, in weights, null, output, firstPanel, endPanel);

    public override void WeightGradient(
        float* input, int inputStride, int inputs, float* outputGradient, int outputStride, int rows, bool accumulates, float* gradient, int firstPanel, int endPanel) =>
        TKernels.WeightGradient(input, inputStride, inputs, outputGradient, outputStride, rows, accumulates, gradient, firstPanel, endPanel);

    public override void NormGradient(float* input, int rows, float* norm, float* outputGradient, float* inputGradient, float* statistics) =>
        TKernels.NormGradient(input, rows, norm, outputGradient, inputGradient, statistics);

    public override void Activate(float* input, int rows, float* output) => TKernels.Activate(input, rows, output);

    public override void ActivationGradient(float* input, int rows, float* outputGradient, float* inputGradient) =>
        TKernels.ActivationGradient(input, rows, outputGradient, inputGradient);

    public override void ActivateConvolved(float* input, int length, float* output) => TKernels.ActivateConvolved(input, length, output);

    public override void ConvolvedGradient(float* input, int length, float* outputGradient, float* inputGradient) =>
        TKernels.ConvolvedGradient(input, length, outputGradient, inputGradient);

    public override void HeadScores(float* query, int rows, float* keys, int positions, float* scores) => TKernels.HeadScores(query, rows, keys, positions, scores);

    public override void HeadWeightedSum(float* weights, int rows, int positions, float* values, float* output) =>
        TKernels.HeadWeightedSum(weights, rows, positions, values, output);

    public override void SoftmaxGradient(float* probabilities, float* gradient, int rows, int count, float scale) =>
        TKernels.SoftmaxGradient(probabilities, gradient, rows, count, scale);

    public override float CrossEntropy(float* logits, int target, float smoothing, float scale) => TKernels.CrossEntropy(logits, target, smoothing, scale);
}

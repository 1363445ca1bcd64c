using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>
/// The kernels with which one model is trained, for one instruction set, beside those that run it; written by the generator where a declaration says
/// <c>Trainable = true</c>. All rows of width n stand <c>RowStride(n)</c> floats apart: n rounded up to a multiple of 16, and 16 more where that is a multiple of 1024.
/// What lies between n and the next multiple of 16 is zero. Weights are floats.
/// </summary>
/// <remarks>
/// Each result of finite inputs has the same bits for every instruction set, and however columns are shared among threads: a product's element is one chain of fused
/// multiply-adds over k in ascending order, a gradient of weights one over the rows of the batch in ascending order; a sum over a row goes through 16 lanes and
/// the same tree as in <see cref="IModelKernels"/>.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe interface ITrainingKernels : IModelKernels
{
    /// <summary>The linear kernel of a training shape, <c>output = input · W + b</c>, called as <see cref="ILinearKernels.Linear"/> says; the residual is not read.</summary>
    /// <param name="shape">The number of the shape among those that train the model.</param>
    /// <exception cref="NotSupportedException">The model has no such linear layer.</exception>
    static abstract delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> TrainingLinear(int shape);

    /// <summary>
    /// The gradient of weights, <c>gradient[column, i] = Σ over rows of input[row, i] · outputGradient[row, column]</c>, in panels of 16 columns: <c>[panel, inputs, 16]</c>.
    /// </summary>
    /// <param name="input"><c>[rows, inputs]</c>.</param>
    /// <param name="inputStride">From row to row of the input.</param>
    /// <param name="inputs">The number of inputs; any.</param>
    /// <param name="outputGradient"><c>[rows, columns]</c>; read in whole panels.</param>
    /// <param name="outputStride">From row to row of the gradient of the outputs.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="accumulates">Whether chains begin with what the gradient holds; otherwise with zero.</param>
    /// <param name="gradient">The panels, from the first of the matrix on.</param>
    /// <param name="firstPanel">The first panel to compute; any.</param>
    /// <param name="endPanel">Where to stop; any.</param>
    static abstract void WeightGradient(
        float* input, int inputStride, int inputs, float* outputGradient, int outputStride, int rows, bool accumulates, float* gradient, int firstPanel, int endPanel);

    /// <summary>The gradient of a norm's inputs, and what the gradients of γ and β are computed from.</summary>
    /// <param name="input"><c>[rows, model dimension]</c>: what was normalised.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="norm">γ, then β where there is one.</param>
    /// <param name="outputGradient"><c>[rows, model dimension]</c>.</param>
    /// <param name="inputGradient"><c>[rows, model dimension]</c>; may be the gradient of the outputs.</param>
    /// <param name="statistics">Receives for each row the mean, 0 where norms have none, and <c>1 / √(variance + ε)</c>, with the bits of <see cref="IModelKernels.Norm"/>.</param>
    static abstract void NormGradient(float* input, int rows, float* norm, float* outputGradient, float* inputGradient, float* statistics);

    /// <summary>
    /// What stands between the two halves of a feed-forward block: the activation; of a gated one <c>activation(gate) · value</c>, gate and value standing side by
    /// side in each row, each padded to a multiple of 16.
    /// </summary>
    /// <param name="input">Rows of the first linear layer's sums.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="output"><c>[rows, feed-forward dimension]</c>; the input itself where blocks are not gated, or elsewhere.</param>
    static abstract void Activate(float* input, int rows, float* output);

    /// <summary>The gradient of what <see cref="Activate"/> read.</summary>
    /// <param name="input">Rows of the first linear layer's sums.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="outputGradient"><c>[rows, feed-forward dimension]</c>.</param>
    /// <param name="inputGradient">Rows as those of the input; may be the input.</param>
    static abstract void ActivationGradient(float* input, int rows, float* outputGradient, float* inputGradient);

    /// <summary>The function behind the convolutions of a source that is audio, of one row or of several without anything between them.</summary>
    /// <param name="input">What a convolution gives.</param>
    /// <param name="length">The number of floats, a multiple of 16.</param>
    /// <param name="output">As many floats; the input itself, or elsewhere.</param>
    /// <exception cref="NotSupportedException">The source of the model is tokens.</exception>
    static virtual void ActivateConvolved(float* input, int length, float* output) => throw new NotSupportedException();

    /// <summary>The gradient of what <see cref="ActivateConvolved"/> read.</summary>
    /// <param name="input">What a convolution gave.</param>
    /// <param name="length">The number of floats, a multiple of 16.</param>
    /// <param name="outputGradient">As many floats.</param>
    /// <param name="inputGradient">As many floats; may be the input or the gradient of the outputs.</param>
    /// <exception cref="NotSupportedException">The source of the model is tokens.</exception>
    static virtual void ConvolvedGradient(float* input, int length, float* outputGradient, float* inputGradient) => throw new NotSupportedException();

    /// <summary>Scores of one head of one sequence, <c>query · keyᵀ</c>, not scaled.</summary>
    /// <param name="query"><c>[rows, head width]</c>, the rows one behind the other.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="keys"><c>[panel of 16 positions, head width, 16]</c>, an even number of panels.</param>
    /// <param name="positions">The number of positions.</param>
    /// <param name="scores"><c>[rows, positions]</c>, the longest sequence rounded up to a multiple of 32 from row to row. Up to the next multiple of 32 of positions they may become anything.</param>
    static abstract void HeadScores(float* query, int rows, float* keys, int positions, float* scores);

    /// <summary>The weighted sum of one head of one sequence, <c>weights · values</c>.</summary>
    /// <param name="weights"><c>[rows, positions]</c>, as far apart as scores.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="positions">The number of positions.</param>
    /// <param name="values"><c>[positions, head width]</c>, the rows one behind the other.</param>
    /// <param name="output"><c>[rows, head width]</c>, the rows one behind the other.</param>
    static abstract void HeadWeightedSum(float* weights, int rows, int positions, float* values, float* output);

    /// <summary>
    /// The gradient of scores: <c>probability · (gradient - Σ probability · gradient) · scale</c> over each row.
    /// </summary>
    /// <param name="probabilities"><c>[rows, count]</c>, as far apart as scores; what lies between count and the next multiple of 16 is zero.</param>
    /// <param name="gradient">The gradient of the probabilities, which becomes that of the scores; what lies between count and the next multiple of 16 may be anything finite and becomes zero.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="count">The number of scores in a row.</param>
    /// <param name="scale">What the scores were multiplied with.</param>
    static abstract void SoftmaxGradient(float* probabilities, float* gradient, int rows, int count, float scale);

    /// <summary>
    /// Smoothed cross-entropy of one row, <c>-(1 - s) · log p[target] - s / V · Σ log p</c> (Szegedy et al. 2016, section 7), and its gradient.
    /// </summary>
    /// <param name="logits">A row of the target vocabulary's V logits, with padding of anything; becomes the gradient times the scale, its padding to a multiple of 16 zero.</param>
    /// <param name="target">The token that is right.</param>
    /// <param name="smoothing">s.</param>
    /// <param name="scale">What the gradient is multiplied with.</param>
    /// <returns>The loss; NaN where a logit is NaN.</returns>
    static abstract float CrossEntropy(float* logits, int target, float smoothing, float scale);
}

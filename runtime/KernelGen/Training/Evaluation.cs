namespace KernelGen.Training;

/// <summary>How well a model predicts the targets of pairs, without dropout and label smoothing: each target token given the source and the tokens before it.</summary>
/// <param name="Loss">The mean cross-entropy of a target token, end tokens among them, in nats.</param>
/// <param name="TokenAccuracy">The share of target tokens that the model thinks the most probable, from 0 to 1.</param>
/// <param name="Tokens">The number of target tokens.</param>
/// <param name="Pairs">The number of pairs.</param>
/// <param name="LeftOutPairs">The number of pairs that were left out, because the model cannot be trained with them.</param>
public readonly record struct Evaluation(double Loss, double TokenAccuracy, long Tokens, long Pairs, long LeftOutPairs)
{
    /// <summary>Among how many equally probable tokens it would be as hard to choose: <c>e^loss</c>.</summary>
    public double Perplexity => Math.Exp(Loss);
}

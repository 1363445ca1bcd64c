namespace KernelGen.Training;

/// <summary>What one forward and backward pass over a batch takes beside the batch.</summary>
internal readonly record struct TrainingPass
{
    /// <summary>What every gradient is multiplied with: 1 / the number of target tokens of the whole step.</summary>
    public required float GradientScale { get; init; }

    /// <summary>The smoothing of the cross-entropy.</summary>
    public required float LabelSmoothing { get; init; }

    /// <summary>Which elements drop out, and how many.</summary>
    public required Dropout Dropout { get; init; }

    /// <summary>Whether gradients are added to those of a pass before; otherwise they begin anew, whatever the memory held.</summary>
    public required bool Accumulates { get; init; }
}

/// <summary>
/// Dropout (Srivastava et al. 2014): an element becomes 0 with a probability p, and is divided by 1 - p otherwise. Which do is a function of the key and of the
/// element's place, so that the backward pass finds them again without a mask that is stored.
/// </summary>
/// <param name="Key">A function of the seed, of the step and of the batch within the step.</param>
/// <param name="Hidden">p of embeddings and of what a sublayer adds to the residual stream.</param>
/// <param name="Attention">p of attention probabilities.</param>
/// <param name="Activation">p of activations between the two linear layers of a feed-forward block.</param>
internal readonly record struct Dropout(ulong Key, float Hidden, float Attention, float Activation);

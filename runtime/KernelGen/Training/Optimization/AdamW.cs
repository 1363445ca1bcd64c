using System.Collections.Immutable;

namespace KernelGen.Training;

/// <summary>
/// Adam with decay that does not go through the gradient (Loshchilov and Hutter 2019, "Decoupled weight decay regularization"), as <c>torch.optim.AdamW</c>: before
/// each step of <see cref="Adam"/> a weight is multiplied with <c>1 - rate · decay</c>.
/// </summary>
public sealed unsafe record AdamW : Optimizer
{
    /// <inheritdoc cref="Adam.Beta1"/>
    public double Beta1 { get; init; } = 0.9;

    /// <inheritdoc cref="Adam.Beta2"/>
    public double Beta2 { get; init; } = 0.999;

    /// <inheritdoc cref="Adam.Epsilon"/>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>How much of a weight decays in a step, times the learning rate: 0.01 by default, at least 0.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>
    /// Patterns of the names of what decays, as <see cref="TrainingOptions.Frozen"/> has them; empty (the default) for all matrices: the weights of linear layers, embeddings and
    /// positions, not biases and norms. <c>["*"]</c> is everything.
    /// </summary>
    public ImmutableArray<string> Decayed { get; init; } = [];

    internal override int MomentCount => 2;

    internal override IReadOnlyList<string>? Decaying => Decayed.IsDefault ? [] : Decayed;

    internal override IEnumerable<(string Name, string Value)> Fields =>
    [
        .. Adam.FieldsOf(nameof(AdamW), Beta1, Beta2, Epsilon),
        (nameof(WeightDecay), OptionText.Of(WeightDecay)),
        (nameof(Decayed), OptionText.Of(Decayed)),
    ];

    internal override void Check()
    {
        Adam.Check(Beta1, Beta2, Epsilon);
        if (!(WeightDecay >= 0) || !double.IsFinite(WeightDecay))
        {
            throw new ArgumentOutOfRangeException(nameof(WeightDecay), WeightDecay, $"{nameof(WeightDecay)} is {OptionText.Of(WeightDecay)}; it must be at least 0 and finite.");
        }
    }

    internal override UpdateNumbers NumbersOf(long step, double learningRate)
    {
        UpdateNumbers numbers = Adam.NumbersOf(Beta1, Beta2, Epsilon, step, learningRate);
        numbers.Decay = (float)(1 - (learningRate * WeightDecay));
        return numbers;
    }

    internal override void Update(in UpdateNumbers numbers, in UpdatedWeights weights) => AdamUpdate.Run(in numbers, in weights);
}

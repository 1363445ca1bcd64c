namespace KernelGen.Training;

/// <summary>
/// Adam (Kingma and Ba 2015, "Adam: a method for stochastic optimization"), as <c>torch.optim.Adam</c>: with g the gradient, <c>m = β₁·m + (1-β₁)·g</c>,
/// <c>v = β₂·v + (1-β₂)·g²</c>, and in step t a weight loses <c>rate/(1-β₁ᵗ) · m / (√v/√(1-β₂ᵗ) + ε)</c>.
/// </summary>
public sealed unsafe record Adam : Optimizer
{
    /// <summary>β₁, how much of the mean gradient is kept from step to step: 0.9 by default, from 0 to below 1.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂, how much of the mean squared gradient is kept: 0.999 by default, from 0 to below 1. For Transformers 0.98 is usual (Vaswani et al. 2017).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε, what is added to the root, so that nothing is divided by zero: 1e-8 by default, above 0.</summary>
    public double Epsilon { get; init; } = 1e-8;

    internal override int MomentCount => 2;

    internal override IEnumerable<(string Name, string Value)> Fields => FieldsOf(nameof(Adam), Beta1, Beta2, Epsilon);

    internal override void Check() => Check(Beta1, Beta2, Epsilon);

    internal override UpdateNumbers NumbersOf(long step, double learningRate) => NumbersOf(Beta1, Beta2, Epsilon, step, learningRate);

    internal override void Update(in UpdateNumbers numbers, in UpdatedWeights weights) => AdamUpdate.Run(in numbers, in weights);

    internal static (string Name, string Value)[] FieldsOf(string optimizer, double beta1, double beta2, double epsilon) =>
    [
        (nameof(Optimizer), optimizer),
        (nameof(Beta1), OptionText.Of(beta1)),
        (nameof(Beta2), OptionText.Of(beta2)),
        (nameof(Epsilon), OptionText.Of(epsilon)),
    ];

    internal static void Check(double beta1, double beta2, double epsilon)
    {
        CheckKept(nameof(Beta1), beta1);
        CheckKept(nameof(Beta2), beta2);
        if (!((float)epsilon > 0) || float.IsPositiveInfinity((float)epsilon))
        {
            throw new ArgumentOutOfRangeException(nameof(Epsilon), epsilon, $"{nameof(Epsilon)} is {OptionText.Of(epsilon)}; it must be above 0 and finite in single precision.");
        }
    }

    internal static UpdateNumbers NumbersOf(double beta1, double beta2, double epsilon, long step, double learningRate) => new()
    {
        KeptMean = (float)beta1,
        TakenMean = (float)(1 - beta1),
        KeptSquare = (float)beta2,
        TakenSquare = (float)(1 - beta2),
        RootScale = (float)(1 / Math.Sqrt(1 - Power(beta2, step))),
        Epsilon = (float)epsilon,
        Decay = 1,
        Rate = (float)(learningRate / (1 - Power(beta1, step))),
    };
}

namespace KernelGen.Training;

/// <summary>How weights follow from gradients: <see cref="Adam"/>, <see cref="AdamW"/> or <see cref="Sgd"/>, with the formulas of PyTorch's <c>torch.optim</c>.</summary>
public abstract unsafe record Optimizer
{
    private protected Optimizer()
    {
    }

    /// <summary>How many numbers are kept of each weight.</summary>
    internal abstract int MomentCount { get; }

    /// <summary>Patterns of the names that decay, none for all matrices; <see langword="null"/> where nothing decays.</summary>
    internal virtual IReadOnlyList<string>? Decaying => null;

    /// <summary>What decides the numbers, by name.</summary>
    internal abstract IEnumerable<(string Name, string Value)> Fields { get; }

    /// <summary>Refuses values that are out of range.</summary>
    /// <exception cref="ArgumentException">One is; the message names it.</exception>
    internal abstract void Check();

    /// <summary>The numbers of a step.</summary>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="learningRate">The learning rate.</param>
    internal abstract UpdateNumbers NumbersOf(long step, double learningRate);

    /// <summary>Changes weights.</summary>
    /// <param name="numbers">The numbers of the step.</param>
    /// <param name="weights">The weights, and what belongs to each.</param>
    internal abstract void Update(in UpdateNumbers numbers, in UpdatedWeights weights);

    /// <summary>An integer power, by squaring: the same bits on every platform.</summary>
    private protected static double Power(double number, long exponent)
    {
        double power = 1;
        for (double square = number; exponent > 0; exponent >>= 1, square *= square)
        {
            power *= (exponent & 1) == 1 ? square : 1;
        }

        return power;
    }

    /// <summary>Refuses what is not from 0 to below 1.</summary>
    private protected static void CheckKept(string name, double value)
    {
        if (!(value >= 0 && value < 1))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {OptionText.Of(value)}; it must be from 0 to below 1.");
        }
    }
}

/// <summary>The numbers of a step that are the same for all weights.</summary>
internal struct UpdateNumbers
{
    /// <summary>How much of the mean gradient is kept.</summary>
    public float KeptMean;

    /// <summary>How much of the gradient is taken into its mean.</summary>
    public float TakenMean;

    /// <summary>How much of the mean squared gradient is kept.</summary>
    public float KeptSquare;

    /// <summary>How much of the squared gradient is taken into its mean.</summary>
    public float TakenSquare;

    /// <summary>What the root of the mean squared gradient is multiplied with.</summary>
    public float RootScale;

    /// <summary>What is added to the root.</summary>
    public float Epsilon;

    /// <summary>What a weight that decays is multiplied with.</summary>
    public float Decay;

    /// <summary>What the direction of a weight is multiplied with before it is taken away.</summary>
    public float Rate;

    /// <summary>What gradients are multiplied with first, so that their norm is not above its limit.</summary>
    public float GradientScale;
}

/// <summary>Weights that lie one behind the other, and what belongs to each.</summary>
internal unsafe struct UpdatedWeights
{
    /// <summary>The weights.</summary>
    public float* Weights;

    /// <summary>Their gradients.</summary>
    public float* Gradients;

    /// <summary>The first number that is kept of each.</summary>
    public float* Means;

    /// <summary>The second.</summary>
    public float* Squares;

    /// <summary>How many there are.</summary>
    public int Count;

    /// <summary>Whether they decay.</summary>
    public bool Decays;
}

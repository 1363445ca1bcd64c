namespace KernelGen.Families;

/// <summary>What the numbers of a new model's tensor are drawn from.</summary>
internal readonly struct InitialValues
{
    private InitialValues(InitialDistribution distribution, double scale)
    {
        Distribution = distribution;
        Scale = scale;
    }

    /// <summary>The sinusoidal positions of fairseq, row by row: nothing is drawn.</summary>
    public static InitialValues Sinusoids => new(InitialDistribution.Sinusoids, 1);

    /// <summary>How they are spread.</summary>
    public InitialDistribution Distribution { get; }

    /// <summary>How far: the number itself, the standard deviation, or the largest magnitude.</summary>
    public double Scale { get; }

    /// <summary>All are the same number.</summary>
    public static InitialValues Constant(double value) => new(InitialDistribution.Constant, value);

    /// <summary>Normal, with a mean of zero.</summary>
    public static InitialValues Normal(double deviation) => new(InitialDistribution.Normal, deviation);

    /// <summary>Uniform from minus a number to that number.</summary>
    public static InitialValues Uniform(double largest) => new(InitialDistribution.Uniform, largest);
}

/// <summary>How the numbers of a new model's tensor are spread.</summary>
internal enum InitialDistribution
{
    /// <summary>All are the same.</summary>
    Constant,

    /// <summary>Normal, with a mean of zero.</summary>
    Normal,

    /// <summary>Uniform, as many above zero as below.</summary>
    Uniform,

    /// <summary>Sines and cosines of positions.</summary>
    Sinusoids,
}

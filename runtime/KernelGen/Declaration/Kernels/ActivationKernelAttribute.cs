namespace KernelGen;

/// <summary>Makes a static partial method a function of each number, in place: <c>static partial void Gelu(Span&lt;float&gt; values)</c>, of any length.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ActivationKernelAttribute : Attribute
{
    /// <summary>Says which function it is.</summary>
    /// <param name="activation">The function.</param>
    public ActivationKernelAttribute(Activation activation) => Activation = activation;

    /// <summary>The function.</summary>
    public Activation Activation { get; }
}

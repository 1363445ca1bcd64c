namespace KernelGen.Generator.Planning;

/// <summary>What a linear kernel does to its sums before they are stored.</summary>
internal abstract record LinearEpilogue
{
    /// <summary>The epilogue that applies a function.</summary>
    public static LinearEpilogue Of(Activation function) =>
        function == Activation.Relu ? new Rectification() : new BlockActivation(function);

    /// <summary>Sums are stored as they are.</summary>
    public sealed record Identity : LinearEpilogue;

    /// <summary>What the layer was given is added: <c>x + f(x)</c>.</summary>
    public sealed record Residual : LinearEpilogue;

    /// <summary>Negative sums become zero (ReLU) while they are in registers.</summary>
    public sealed record Rectification : LinearEpilogue;

    /// <summary>A function that takes more registers than a tile leaves, applied to blocks of stored columns while they are in the first-level cache.</summary>
    /// <param name="Function">The function.</param>
    public sealed record BlockActivation(Activation Function) : LinearEpilogue;
}

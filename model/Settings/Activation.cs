namespace KernelGen;

/// <summary>The function between the two linear layers of a feed-forward block.</summary>
public enum Activation
{
    /// <summary><c>max(x, 0)</c>.</summary>
    Relu,

    /// <summary>The exact Gaussian error linear unit, <c>x · Φ(x) = x/2 · (1 + erf(x/√2))</c> (Hendrycks and Gimpel 2016).</summary>
    Gelu,

    /// <summary>GELU's tanh approximation, <c>x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))</c>; Hugging Face's <c>gelu_new</c>.</summary>
    GeluTanh,

    /// <summary><c>x · sigmoid(x)</c>, also called swish.</summary>
    Silu,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,
}

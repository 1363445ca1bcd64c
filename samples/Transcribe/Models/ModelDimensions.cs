namespace KernelGen.Samples.Transcribe.Models;

/// <summary>What tells one model from another, with the names that <c>config.json</c> has for it. Kernels are written for exactly these numbers.</summary>
internal abstract record ModelDimensions
{
    /// <summary>What the family is called.</summary>
    public abstract string Family { get; }
}

namespace KernelGen;

/// <summary>
/// Makes a static partial method the logarithm of softmax over rows, in place, <c>(x - maximum) - log Σ exp(x - maximum)</c>:
/// <c>static partial void LogSoftmax(Span&lt;float&gt; rows)</c> with <c>[rows, Length]</c> numbers, one row or many.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LogSoftmaxKernelAttribute : Attribute
{
    /// <summary>The width of a row.</summary>
    public int Length { get; set; }
}

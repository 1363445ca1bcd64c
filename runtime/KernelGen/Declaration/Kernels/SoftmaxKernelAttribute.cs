namespace KernelGen;

/// <summary>
/// Makes a static partial method softmax over rows, in place: <c>static partial void Softmax(Span&lt;float&gt; rows)</c> with <c>[rows, Length]</c> numbers, one row or many.
/// The highest number of a row is subtracted first, so that nothing overflows; minus infinity becomes 0, a row of nothing else zeros.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SoftmaxKernelAttribute : Attribute
{
    /// <summary>The width of a row.</summary>
    public int Length { get; set; }
}

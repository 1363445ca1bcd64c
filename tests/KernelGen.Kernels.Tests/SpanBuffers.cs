namespace KernelGen.Tests.SingleKernels;

/// <summary>The spans that a kernel is given, wherever they lie.</summary>
internal sealed unsafe class SpanBuffers
{
    private readonly List<(nint Pointer, int Length)> _spans = [];

    /// <summary>The number of spans.</summary>
    public int Count => _spans.Count;

    public Span<float> this[int index] => new((float*)_spans[index].Pointer, _spans[index].Length);

    /// <summary>Adds memory that is filled.</summary>
    public void Add(float* pointer, ReadOnlySpan<float> values)
    {
        values.CopyTo(new Span<float>(pointer, values.Length));
        _spans.Add(((nint)pointer, values.Length));
    }
}

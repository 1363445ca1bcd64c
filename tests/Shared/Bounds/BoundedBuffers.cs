using KernelGen.Tests.Kernels;

namespace KernelGen.Tests.Bounds;

/// <summary>
/// Buffers of exactly the lengths that a contract names, for one case after another, each at an inaccessible page. What case is running is in a file, which
/// is there still when a case has ended the process.
/// </summary>
internal sealed unsafe class BoundedBuffers : IDisposable
{
    private readonly List<PageGuardedMemory> _memories = [];
    private readonly CaseFile? _file;
    private int _taken;

    /// <param name="guard">Where the inaccessible pages are.</param>
    /// <param name="file">Where to note the cases.</param>
    public BoundedBuffers(Guard guard, CaseFile? file)
    {
        Guard = guard;
        _file = file;
    }

    public Guard Guard { get; }

    /// <summary>Begins a case: the buffers of the one before are free.</summary>
    public void Begin(string what)
    {
        _taken = 0;
        _file?.Write($"{what}, inaccessible page {(Guard == Guard.After ? "after" : "before")} each buffer");
    }

    /// <summary>A buffer.</summary>
    /// <param name="bytes">Its length.</param>
    public byte* Bytes(long bytes)
    {
        // One memory for the first buffer of all cases, one for the second, and so on; each grows to the largest.
        int place = _taken++;
        if (place == _memories.Count)
        {
            _memories.Add(new PageGuardedMemory(bytes));
        }
        else if (_memories[place].Length < bytes)
        {
            _memories[place].Dispose();
            _memories[place] = new PageGuardedMemory(bytes);
        }

        return _memories[place].Place(bytes, Guard);
    }

    public Span<byte> SpanOfBytes(int length) => new(Bytes(length), length);

    public float* Floats(long count) => (float*)Bytes(count * sizeof(float));

    public Span<float> Span(int count) => new(Floats(count), count);

    /// <summary>Rows of floats: the last one ends with its padding to a multiple of 16, not with its stride.</summary>
    public float* Rows(int rows, int stride, int width) => Floats(((long)(rows - 1) * stride) + Panels.RoundUp(width));

    public void Dispose() => _memories.ForEach(static memory => memory.Dispose());
}

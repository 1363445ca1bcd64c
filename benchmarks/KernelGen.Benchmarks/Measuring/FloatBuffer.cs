using KernelGen.Execution;

namespace KernelGen.Benchmarks.Measuring;

/// <summary>Floats in memory as the runtime allocates it: aligned, in huge pages where it is large. Holds random values from -0.5 to 0.5.</summary>
internal sealed unsafe class FloatBuffer : IDisposable
{
    private readonly NativeBlock _block;

    public FloatBuffer(long floats)
    {
        Length = floats;
        _block = new NativeBlock(floats);

        // A page of random values, again and again: what a value is does not change how long it takes.
        var random = new Random(1);
        for (long i = 0; i < floats; i++)
        {
            Pointer[i] = i < 4096 ? random.NextSingle() - 0.5f : Pointer[i - 4096];
        }
    }

    public long Length { get; }

    public float* Pointer => _block.Pointer;

    public Span<float> Span => new(Pointer, checked((int)Length));

    public void Dispose() => _block.Dispose();
}

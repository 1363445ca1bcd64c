using BenchmarkDotNet.Attributes;
using KernelGen.Benchmarks.Measuring;

namespace KernelGen.Benchmarks.Suites;

/// <summary>A suite that holds what its setup made until it is through.</summary>
public abstract class KeepingSuite : IDisposable
{
    private readonly List<IDisposable> _kept = [];

    [GlobalCleanup]
    public void Dispose()
    {
        _kept.ForEach(static resource => resource.Dispose());
        _kept.Clear();
        GC.SuppressFinalize(this);
    }

    private protected T Keep<T>(T resource)
        where T : IDisposable
    {
        _kept.Add(resource);
        return resource;
    }

    private protected FloatBuffer Buffer(long floats) => Keep(new FloatBuffer(floats));
}

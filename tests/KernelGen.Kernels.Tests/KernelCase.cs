using System.Runtime.InteropServices;
using KernelGen.Tests.Bounds;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.SingleKernels;

/// <summary>One single kernel, how it is called, and what it should give. The last of its spans is what it writes.</summary>
internal sealed unsafe class KernelCase
{
    /// <summary>Numbers of rows that lead to every tile and every remainder of each instruction set, and to several blocks of rows.</summary>
    public static readonly int[] ManyRows = [1, 2, 3, 4, 5, 6, 7, 12, 13, 25, 99];

    public required string Name { get; init; }

    /// <summary>The numbers of rows.</summary>
    public IReadOnlyList<int> Rows { get; init; } = ManyRows;

    /// <summary>What the spans hold before a call.</summary>
    public required Func<int, Samples, float[][]> Spans { get; init; }

    public required Action<SpanBuffers, int> Run { get; init; }

    /// <summary>What the last span holds after it, given what all held before.</summary>
    public required Func<float[][], int, double[]> Expected { get; init; }

    public double Tolerance { get; init; } = 1e-5;

    /// <summary>Of weights of 8 or 4 bits the largest error of all results together, by their norm; 0 where weights are floats, and each result has to be close.</summary>
    public double QuantizationError { get; init; }

    public override string ToString() => Name;

    /// <summary>The spans of a number of rows.</summary>
    public float[][] Inputs(int rows) => Spans(rows, new Samples(rows + Name.Length));

    /// <summary>Runs the kernel.</summary>
    /// <param name="inputs">What the spans hold.</param>
    /// <param name="rows">The number of rows.</param>
    /// <returns>What the last holds afterwards.</returns>
    public float[] Compute(float[][] inputs, int rows)
    {
        var spans = new SpanBuffers();
        var handles = new List<GCHandle>();
        try
        {
            foreach (float[] input in inputs)
            {
                float[] copy = [.. input];
                handles.Add(GCHandle.Alloc(copy, GCHandleType.Pinned));
                spans.Add((float*)handles[^1].AddrOfPinnedObject(), input);
            }

            Run(spans, rows);
            return spans[spans.Count - 1].ToArray();
        }
        finally
        {
            handles.ForEach(static handle => handle.Free());
        }
    }

    /// <summary>Runs the kernel in memory that ends, or begins, at inaccessible pages.</summary>
    public float[] ComputeWithin(BoundedBuffers buffers, float[][] inputs, int rows)
    {
        buffers.Begin($"{Name}, {rows} rows, {Execution.SingleKernels.InstructionSet}");
        var spans = new SpanBuffers();
        foreach (float[] input in inputs)
        {
            spans.Add(buffers.Floats(input.Length), input);
        }

        Run(spans, rows);
        return spans[spans.Count - 1].ToArray();
    }
}

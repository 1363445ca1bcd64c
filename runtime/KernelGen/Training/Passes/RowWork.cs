using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelGen.Training;

/// <summary>
/// What is done to rows element by element, or to columns row by row: adding, dropping out, summing. Each operation has the same bits however many lanes a vector
/// has and however the work is shared, because no sum goes across lanes.
/// </summary>
internal sealed unsafe class RowWork(WorkerThreads workers) : SharedRange(workers)
{
    /// <summary>Rows that a thread takes at a time.</summary>
    private const int RowsAtOnce = 64;

    private delegate*<in Task, int, int, void> _operation;
    private Task _task;

    /// <summary><c>output = a + b</c>.</summary>
    /// <param name="a">Rows; may be the output.</param>
    /// <param name="b">Rows; may be the output.</param>
    /// <param name="output">Rows.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="stride">From row to row of each; every float of a row is added.</param>
    public void Add(float* a, float* b, float* output, int rows, int stride) =>
        OverRows(&AddRows, new Task { A = a, B = b, Output = output, Stride = stride }, rows);

    /// <summary><c>output = a + dropout(b)</c>, or the sum alone where nothing drops out.</summary>
    /// <param name="a">Rows; may be the output.</param>
    /// <param name="b">Rows.</param>
    /// <param name="output">Rows.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="stride">From row to row of each.</param>
    /// <param name="site">Which elements of the second drop out.</param>
    public void AddDropped(float* a, float* b, float* output, int rows, int stride, DropoutSite site)
    {
        if (site.Probability == 0)
        {
            Add(a, b, output, rows, stride);
            return;
        }

        OverRows(&AddDroppedRows, new Task { A = a, B = b, Output = output, Stride = stride, Site = site }, rows);
    }

    /// <summary><c>output = dropout(input)</c>. Where nothing drops out and both are the same, nothing is done.</summary>
    /// <param name="input">Rows; may be the output.</param>
    /// <param name="output">Rows.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="stride">From row to row of each.</param>
    /// <param name="site">Which elements drop out.</param>
    public void Drop(float* input, float* output, int rows, int stride, DropoutSite site)
    {
        if (site.Probability > 0)
        {
            OverRows(&DropRows, new Task { A = input, Output = output, Stride = stride, Site = site }, rows);
        }
        else if (input != output)
        {
            OverRows(&CopyRows, new Task { A = input, Output = output, Stride = stride }, rows);
        }
    }

    /// <summary>The gradient of a bias: the sum of each column, one chain over the rows.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="gradient">Rows of gradients.</param>
    /// <param name="stride">From row to row.</param>
    /// <param name="width">The number of columns, rounded up to whole panels.</param>
    /// <param name="accumulates">Whether chains begin with what the sums hold.</param>
    /// <param name="sums">The sums.</param>
    public void SumColumns(int rows, float* gradient, int stride, int width, bool accumulates, float* sums) =>
        OverColumns(&SumColumns, new Task { A = gradient, Output = sums, Rows = rows, Stride = stride, Accumulates = accumulates }, width);

    /// <summary>The gradients of γ and β: of each column, chains over the rows.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="input">What was normalised.</param>
    /// <param name="gradient">The gradient of what came out.</param>
    /// <param name="stride">From row to row of both.</param>
    /// <param name="statistics">The mean of each row, and what its differences are multiplied with.</param>
    /// <param name="width">The number of columns, rounded up to whole panels.</param>
    /// <param name="hasBeta">Whether β follows γ.</param>
    /// <param name="accumulates">Whether chains begin with what the gradients hold.</param>
    /// <param name="norm">The gradients of γ, and then of β.</param>
    public void SumNorm(int rows, float* input, float* gradient, int stride, float* statistics, int width, bool hasBeta, bool accumulates, float* norm)
    {
        var task = new Task { A = input, B = gradient, Statistics = statistics, Output = norm, Rows = rows, Stride = stride, Accumulates = accumulates };
        OverColumns(&SumGamma, task, width);
        if (hasBeta)
        {
            SumColumns(rows, gradient, stride, width, accumulates, norm + width);
        }
    }

    /// <inheritdoc/>
    protected override void Run(int first, int end) => _operation(in _task, first, end);

    private void OverRows(delegate*<in Task, int, int, void> operation, Task task, int rows)
    {
        _operation = operation;
        _task = task;
        ShareRows(rows, RowsAtOnce);
    }

    private void OverColumns(delegate*<in Task, int, int, void> operation, Task task, int width)
    {
        _operation = operation;
        _task = task;
        ShareColumns(width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows(in Task task, int first, int end)
    {
        long stop = (long)end * task.Stride;
        for (long i = (long)first * task.Stride; i < stop; i += Vector<float>.Count)
        {
            *(Vector<float>*)(task.Output + i) = *(Vector<float>*)(task.A + i) + *(Vector<float>*)(task.B + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRows(in Task task, int first, int end)
    {
        long floats = (long)(end - first) * task.Stride * sizeof(float);
        Buffer.MemoryCopy(task.A + ((long)first * task.Stride), task.Output + ((long)first * task.Stride), floats, floats);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddDroppedRows(in Task task, int first, int end)
    {
        DropoutSite site = task.Site;
        long stop = (long)end * task.Stride;
        for (long i = (long)first * task.Stride; i < stop; i += Vector<float>.Count)
        {
            *(Vector<float>*)(task.Output + i) = *(Vector<float>*)(task.A + i) + (*(Vector<float>*)(task.B + i) * site.Factors(Numbers(i)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DropRows(in Task task, int first, int end)
    {
        DropoutSite site = task.Site;
        long stop = (long)end * task.Stride;
        for (long i = (long)first * task.Stride; i < stop; i += Vector<float>.Count)
        {
            *(Vector<float>*)(task.Output + i) = *(Vector<float>*)(task.A + i) * site.Factors(Numbers(i));
        }
    }

    /// <summary>The numbers of consecutive elements, from one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Numbers(long first) => new Vector<uint>((uint)first) + Vector<uint>.Indices;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumColumns(in Task task, int first, int end)
    {
        Begin(in task, first, end);
        float* row = task.A;
        for (int i = 0; i < task.Rows; i++)
        {
            for (int column = first; column < end; column += Vector<float>.Count)
            {
                *(Vector<float>*)(task.Output + column) += *(Vector<float>*)(row + column);
            }

            row += task.Stride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumGamma(in Task task, int first, int end)
    {
        Begin(in task, first, end);
        float* input = task.A;
        float* gradient = task.B;
        for (int i = 0; i < task.Rows; i++)
        {
            var mean = new Vector<float>(task.Statistics[2 * i]);
            var inverse = new Vector<float>(task.Statistics[(2 * i) + 1]);
            for (int column = first; column < end; column += Vector<float>.Count)
            {
                Vector<float> normalized = (*(Vector<float>*)(input + column) - mean) * inverse;
                *(Vector<float>*)(task.Output + column) =
                    Vector.FusedMultiplyAdd(normalized, *(Vector<float>*)(gradient + column), *(Vector<float>*)(task.Output + column));
            }

            input += task.Stride;
            gradient += task.Stride;
        }
    }

    private static void Begin(in Task task, int first, int end)
    {
        if (!task.Accumulates)
        {
            new Span<float>(task.Output + first, end - first).Clear();
        }
    }

    /// <summary>What an operation works on.</summary>
    private struct Task
    {
        public float* A;
        public float* B;
        public float* Statistics;
        public float* Output;
        public int Rows;
        public int Stride;
        public bool Accumulates;
        public DropoutSite Site;
    }
}

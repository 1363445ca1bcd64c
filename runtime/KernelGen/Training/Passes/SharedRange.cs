using KernelGen.Layout;

namespace KernelGen.Training;

/// <summary>Work on a range of rows or columns that do not depend on each other; threads take some of them at a time, one thread alone takes all at once.</summary>
/// <param name="workers">The threads.</param>
internal abstract class SharedRange(WorkerThreads workers) : IPiecework
{
    private int _count;
    private int _pieceLength;

    /// <inheritdoc/>
    void IPiecework.Run(int piece, int thread)
    {
        int first = piece * _pieceLength;
        Run(first, Math.Min(first + _pieceLength, _count));
    }

    /// <summary>Does a part of the work.</summary>
    /// <param name="first">The first row or column.</param>
    /// <param name="end">Where to stop.</param>
    protected abstract void Run(int first, int end);

    /// <summary>Shares rows.</summary>
    /// <param name="count">The number of rows.</param>
    /// <param name="atOnce">The rows that a thread takes at a time, some tens of microseconds of work.</param>
    protected void ShareRows(int count, int atOnce)
    {
        _count = count;
        _pieceLength = workers.Count == 1 ? count : atOnce;
        if (count > 0)
        {
            workers.Run(this, (count + _pieceLength - 1) / _pieceLength);
        }
    }

    /// <summary>Shares columns, in pieces of whole cache lines, so that no two threads write to one.</summary>
    /// <param name="count">The number of columns.</param>
    protected void ShareColumns(int count) => ShareRows(count, PanelLayout.RoundUp((count + workers.Count - 1) / workers.Count));
}

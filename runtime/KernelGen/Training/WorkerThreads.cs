using System.ComponentModel;

namespace KernelGen.Training;

/// <summary>Work in numbered pieces that do not depend on each other.</summary>
internal interface IPiecework
{
    /// <summary>Does one piece.</summary>
    /// <param name="piece">Its number.</param>
    /// <param name="thread">The number of the thread that does it, for memory of its own.</param>
    void Run(int piece, int thread);
}

/// <summary>
/// Threads that wait for work and share it piece by piece. A step of training is many short pieces of work, so that threads spin for a while before they sleep;
/// nothing is allocated to hand work out. Each thread begins with pieces of its own, the same share of all pieces in all work, and then takes what others have left: what is near a
/// piece is mostly in the cache of the core that wrote it. Cores that share no cache read each other's at a quarter of the speed.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class WorkerThreads : IDisposable
{
    /// <summary>How often a thread looks for new work before it sleeps: about a tenth of a millisecond.</summary>
    private const int Spins = 2000;

    /// <summary>From one thread's number to the next one's, so that no two lie in one pair of cache lines.</summary>
    private const int Apart = 32;

    private readonly Thread[] _threads;

    /// <summary>For each thread, which of its pieces nobody has taken yet.</summary>
    private readonly int[] _next;
    private readonly SemaphoreSlim _sleepers = new(0);
    private IPiecework? _work;
    private int _pieces;
    private int _round;
    private int _sleeping;
    private int _running;
    private Exception? _failure;
    private bool _isDisposed;

    /// <summary>Starts threads.</summary>
    /// <param name="threads">How many share the work, the caller's own among them; at least 1.</param>
    internal WorkerThreads(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _threads = new Thread[threads - 1];
        _next = new int[threads * Apart];
        for (int i = 0; i < _threads.Length; i++)
        {
            int number = i + 1;
            _threads[i] = new Thread(() => Work(number)) { IsBackground = true, Name = "KernelGen training" };
            _threads[i].Start();
        }
    }

    /// <summary>How many threads share the work.</summary>
    public int Count => _threads.Length + 1;

    /// <summary>Does all pieces, and returns when the last is done.</summary>
    /// <param name="work">The work.</param>
    /// <param name="pieces">The number of pieces.</param>
    internal void Run(IPiecework work, int pieces)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_threads.Length == 0 || pieces <= 1)
        {
            for (int piece = 0; piece < pieces; piece++)
            {
                work.Run(piece, 0);
            }

            return;
        }

        _work = work;
        _pieces = pieces;
        for (int thread = 0; thread < Count; thread++)
        {
            _next[thread * Apart] = FirstOf(thread);
        }

        _running = _threads.Length;
        Interlocked.Increment(ref _round);
        int sleeping = Volatile.Read(ref _sleeping);
        if (sleeping > 0)
        {
            _sleepers.Release(sleeping);
        }

        TakePieces(0);
        var spin = default(SpinWait);
        while (Volatile.Read(ref _running) > 0)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        _work = null;
        if (_failure is { } failure)
        {
            _failure = null;
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        Interlocked.Increment(ref _round);
        _sleepers.Release(_threads.Length + 1);
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _sleepers.Dispose();
    }

    private void Work(int number)
    {
        for (int seen = 0; ;)
        {
            int round = WaitFor(seen);
            seen = round;
            if (Volatile.Read(ref _isDisposed))
            {
                return;
            }

            TakePieces(number);
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Waits for another round than the last one seen.</summary>
    private int WaitFor(int seen)
    {
        for (int spins = 0; spins < Spins; spins++)
        {
            int round = Volatile.Read(ref _round);
            if (round != seen)
            {
                return round;
            }

            Thread.SpinWait(20);
        }

        Interlocked.Increment(ref _sleeping);
        while (Volatile.Read(ref _round) == seen)
        {
            // A release that was meant for another wakes this one too early, and costs no more than another look.
            _sleepers.Wait(50);
        }

        Interlocked.Decrement(ref _sleeping);
        return Volatile.Read(ref _round);
    }

    /// <summary>The first of a thread's own pieces.</summary>
    private int FirstOf(int thread) => (int)((long)_pieces * thread / Count);

    private void TakePieces(int thread)
    {
        try
        {
            IPiecework work = _work!;
            for (int i = 0; i < Count; i++)
            {
                int owner = (thread + i) % Count;
                int end = FirstOf(owner + 1);
                for (int piece; (piece = Interlocked.Increment(ref _next[owner * Apart]) - 1) < end;)
                {
                    work.Run(piece, thread);
                }
            }
        }
        catch (Exception failure)
        {
            // The caller throws it, once all threads are done.
            Interlocked.CompareExchange(ref _failure, failure, null);
        }
    }
}

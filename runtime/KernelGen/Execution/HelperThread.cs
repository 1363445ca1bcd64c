using System.Diagnostics;

namespace KernelGen.Execution;

/// <summary>
/// A thread that helps calls: for each piece of shared work a call borrows as many as it has use for, and there are. One that has just helped looks for new work for a moment before it sleeps, because the
/// next layer follows at once: to wake a thread takes longer than most layers of a decoding step. One that nobody borrows for long ends.
/// </summary>
internal sealed class HelperThread
{
    private const int SpinsPerLook = 8;

    /// <summary>How long a thread looks for new work before it sleeps: a fifth of a millisecond, in which a caller draws a token.</summary>
    private static readonly long LongestLook = Stopwatch.Frequency / 5000;

    /// <summary>How long a thread sleeps before it ends.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(30);

    private static readonly Lock IdleLock = new();

    /// <summary>Those that nobody has borrowed; the last one has helped last, and may still be awake.</summary>
    private static readonly List<HelperThread> Idle = [];

    /// <summary>How many there are.</summary>
    private static int _count;

    private readonly SemaphoreSlim _wake = new(0);
    private SharedParts? _parts;
    private int _state = (int)State.Free;

    private HelperThread()
    {
        var thread = new Thread(Help) { IsBackground = true, Name = "KernelGen helper" };
        thread.Start();
    }

    private enum State
    {
        /// <summary>It has nothing to do, and looks for work.</summary>
        Free,

        /// <summary>It has nothing to do, and has to be woken.</summary>
        Asleep,

        /// <summary>There is work that it has not begun.</summary>
        Asked,

        /// <summary>It works.</summary>
        Busy,
    }

    /// <summary>Borrows a thread.</summary>
    /// <returns>The thread, or <see langword="null"/> where as many help as there are processors beside the caller's: one more would only keep others from working.</returns>
    public static HelperThread? Borrow()
    {
        lock (IdleLock)
        {
            if (Idle is [.., { } helper])
            {
                Idle.RemoveAt(Idle.Count - 1);
                return helper;
            }

            if (_count >= Environment.ProcessorCount - 1)
            {
                return null;
            }

            _count++;
        }

        try
        {
            return new HelperThread();
        }
        catch (OutOfMemoryException)
        {
            // The system gives no more threads: the caller works alone.
            lock (IdleLock)
            {
                _count--;
            }

            return null;
        }
    }

    /// <summary>Gives a thread back that has nothing to do.</summary>
    public static void Return(HelperThread helper)
    {
        lock (IdleLock)
        {
            Idle.Add(helper);
        }
    }

    /// <summary>Asks for help.</summary>
    /// <param name="parts">The work.</param>
    public void Ask(SharedParts parts)
    {
        _parts = parts;
        if (Exchange(State.Asked) == State.Asleep)
        {
            _wake.Release();
        }
    }

    /// <summary>Waits until the thread has nothing to do; where it has not begun, it does not begin any more.</summary>
    public void Finish()
    {
        if (Change(State.Asked, State.Free))
        {
            _parts = null;
            return;
        }

        var spin = default(SpinWait);
        while (Volatile.Read(ref _state) == (int)State.Busy)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private void Help()
    {
        while (WaitForWork())
        {
            if (Change(State.Asked, State.Busy))
            {
                _parts!.Take();
                _parts = null;
                Volatile.Write(ref _state, (int)State.Free);
            }
        }

        _wake.Dispose();
    }

    /// <summary>Waits until there may be work.</summary>
    /// <returns>Whether there may; otherwise the thread ends.</returns>
    private bool WaitForWork()
    {
        long end = Stopwatch.GetTimestamp() + LongestLook;
        while (Stopwatch.GetTimestamp() < end)
        {
            if (Volatile.Read(ref _state) == (int)State.Asked)
            {
                return true;
            }

            Thread.SpinWait(SpinsPerLook);
        }

        if (!Change(State.Free, State.Asleep))
        {
            return true;
        }

        while (!_wake.Wait(LongestSleep))
        {
            // One that has been borrowed will be woken.
            lock (IdleLock)
            {
                if (Idle.Remove(this))
                {
                    _count--;
                    return false;
                }
            }
        }

        return true;
    }

    private State Exchange(State state) => (State)Interlocked.Exchange(ref _state, (int)state);

    private bool Change(State from, State to) => Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;
}

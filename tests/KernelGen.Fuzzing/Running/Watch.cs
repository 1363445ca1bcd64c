namespace KernelGen.Fuzzing.Running;

/// <summary>Ends the process when one file takes too long, or the process too much memory: from another thread, as the one that reads may be caught.</summary>
internal sealed class Watch : IDisposable
{
    public const int HangExitCode = 3;
    public const int MemoryExitCode = 4;

    /// <summary>Far more than any file of a run takes, on a machine that is busy, too.</summary>
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(60);

    /// <summary>Many times what a run takes, beside what the process has already.</summary>
    private readonly long _mostMemory = Environment.WorkingSet + (2L << 30);

    private readonly Timer _timer;
    private string _current = "";
    private long _started = long.MaxValue;

    public Watch() => _timer = new Timer(_ => Look(), null, 100, 100);

    /// <summary>Begins a file.</summary>
    /// <param name="arguments">What replays it.</param>
    public void Begin(string arguments)
    {
        _current = arguments;
        Volatile.Write(ref _started, Environment.TickCount64);
    }

    /// <summary>Ends a file.</summary>
    public void End() => Volatile.Write(ref _started, long.MaxValue);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (Environment.TickCount64 - Volatile.Read(ref _started) > LongestRead.TotalMilliseconds)
        {
            Console.Error.WriteLine($"HANG: more than {LongestRead.TotalSeconds} s. {_current}");
            Environment.Exit(HangExitCode);
        }

        if (Environment.WorkingSet > _mostMemory)
        {
            Console.Error.WriteLine($"MEMORY: {Environment.WorkingSet >> 20} MB. {_current}");
            Environment.Exit(MemoryExitCode);
        }
    }
}

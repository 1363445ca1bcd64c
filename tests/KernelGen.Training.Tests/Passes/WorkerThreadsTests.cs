namespace KernelGen.Training.Tests.Passes;

public class WorkerThreadsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_piece_is_done_once(int threads)
    {
        using var workers = new WorkerThreads(threads);
        for (int round = 0; round < 300; round++)
        {
            var work = new Counting(round % 37);
            workers.Run(work, round % 37);
            Assert.All(work.Done, static times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void A_thread_that_is_done_takes_the_pieces_of_one_that_is_late()
    {
        using var workers = new WorkerThreads(2);
        var work = new WaitingForOthers(20);
        workers.Run(work, 20);
        Assert.True(work.WereDone);
    }

    [Fact]
    public void Threads_that_sleep_wake_up()
    {
        using var workers = new WorkerThreads(3);
        for (int round = 0; round < 5; round++)
        {
            Thread.Sleep(60);
            var work = new Counting(20);
            workers.Run(work, 20);
            Assert.All(work.Done, static times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void What_a_piece_throws_reaches_the_caller_and_later_work_runs()
    {
        using var workers = new WorkerThreads(2);
        Assert.Throws<InvalidTimeZoneException>(() => workers.Run(new Failing(), 50));
        var work = new Counting(20);
        workers.Run(work, 20);
        Assert.All(work.Done, static times => Assert.Equal(1, times));
    }

    [Fact]
    public void Handing_out_work_allocates_nothing()
    {
        using var workers = new WorkerThreads(2);
        var work = new Counting(8);
        workers.Run(work, 8);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            workers.Run(work, 8);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void After_disposal_work_is_refused()
    {
        var workers = new WorkerThreads(2);
        workers.Dispose();
        workers.Dispose();
        Assert.Throws<ObjectDisposedException>(() => workers.Run(new Counting(1), 1));
    }

    private sealed class Counting(int pieces) : IPiecework
    {
        public int[] Done { get; } = new int[pieces];

        public void Run(int piece, int thread) => Interlocked.Increment(ref Done[piece]);
    }

    /// <summary>The first piece ends when all others are done.</summary>
    private sealed class WaitingForOthers(int pieces) : IPiecework
    {
        private int _done;

        public bool WereDone { get; private set; }

        public void Run(int piece, int thread)
        {
            if (piece == 0)
            {
                WereDone = SpinWait.SpinUntil(() => Volatile.Read(ref _done) == pieces - 1, TimeSpan.FromSeconds(20));
            }
            else
            {
                Interlocked.Increment(ref _done);
            }
        }
    }

    private sealed class Failing : IPiecework
    {
        public void Run(int piece, int thread)
        {
            if (piece == 17)
            {
                throw new InvalidTimeZoneException();
            }
        }
    }
}

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Who computes next, and who is turned away.</summary>
public sealed class TurnQueueTests
{
    [Fact]
    public async Task As_many_run_as_may_and_the_next_begins_when_one_ends()
    {
        var queue = new TurnQueue(concurrency: 2, capacity: 2);
        IDisposable first = (await queue.EnterAsync("a", default))!;
        IDisposable second = (await queue.EnterAsync("a", default))!;
        Task<IDisposable?> third = queue.EnterAsync("a", default).AsTask();
        Task<IDisposable?> fourth = queue.EnterAsync("a", default).AsTask();
        Assert.Null(await queue.EnterAsync("a", default));
        Assert.False(third.IsCompleted);

        first.Dispose();
        first.Dispose();
        Assert.NotNull(await third);
        Assert.False(fourth.IsCompleted);
        second.Dispose();
        (await fourth)!.Dispose();
        Assert.False(queue.IsIdle);
        (await third)!.Dispose();
        Assert.True(queue.IsIdle);
        Assert.Equal(4, queue.Turns);
    }

    [Fact]
    public async Task Clients_take_turns()
    {
        var queue = new TurnQueue(concurrency: 1, capacity: 10);
        IDisposable turn = (await queue.EnterAsync("many", default))!;
        var waiting = new List<(string Client, Task<IDisposable?> Turn)>();
        foreach (string client in new[] { "many", "many", "many", "one", "many", "other", "other" })
        {
            waiting.Add((client, queue.EnterAsync(client, default).AsTask()));
        }

        var order = new List<string>();
        while (waiting.Count > 0)
        {
            turn.Dispose();
            Task first = await Task.WhenAny(waiting.Select(static one => one.Turn)).WaitAsync(TimeSpan.FromSeconds(60));
            (string Client, Task<IDisposable?> Turn) next = waiting.Single(one => one.Turn == first);
            waiting.Remove(next);
            order.Add(next.Client);
            turn = (await next.Turn)!;
        }

        Assert.Equal(["one", "other", "many", "other", "many", "many", "many"], order);
    }

    [Fact]
    public async Task Whoever_runs_least_is_next()
    {
        var queue = new TurnQueue(concurrency: 3, capacity: 10);
        IDisposable one = (await queue.EnterAsync("one", default))!;
        IDisposable many = (await queue.EnterAsync("many", default))!;
        await queue.EnterAsync("many", default);
        Task<IDisposable?> third = queue.EnterAsync("many", default).AsTask();
        Task<IDisposable?> another = queue.EnterAsync("one", default).AsTask();
        many.Dispose();
        Assert.False(third.IsCompleted);
        Assert.NotNull(await another);
        one.Dispose();
        Assert.NotNull(await third);
    }

    [Fact]
    public async Task A_full_queue_makes_room_for_whoever_has_less_waiting()
    {
        var queue = new TurnQueue(concurrency: 1, capacity: 4);
        IDisposable turn = (await queue.EnterAsync("many", default))!;
        Task<IDisposable?>[] many = [.. Enumerable.Range(0, 4).Select(_ => queue.EnterAsync("many", default).AsTask())];
        Task<IDisposable?> one = queue.EnterAsync("one", default).AsTask();
        Assert.Null(await many[3]);
        Task<IDisposable?> again = queue.EnterAsync("one", default).AsTask();
        Assert.Null(await many[2]);

        // Now they have two each: neither takes a place from the other.
        Assert.Null(await queue.EnterAsync("one", default));
        Assert.Null(await queue.EnterAsync("many", default));
        turn.Dispose();
        (await one)!.Dispose();
        (await many[0])!.Dispose();
        (await again)!.Dispose();
        (await many[1])!.Dispose();
        Assert.True(queue.IsIdle);
    }

    [Fact]
    public async Task Whoever_goes_while_waiting_leaves_the_place_to_others()
    {
        var queue = new TurnQueue(concurrency: 1, capacity: 1);
        IDisposable turn = (await queue.EnterAsync("a", default))!;
        using var cancellation = new CancellationTokenSource();
        Task<IDisposable?> gone = queue.EnterAsync("b", cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await queue.EnterAsync("b", cancellation.Token));
        Task<IDisposable?> next = queue.EnterAsync("c", default).AsTask();
        turn.Dispose();
        Assert.NotNull(await next);
    }

    [Fact]
    public async Task No_turn_is_lost_under_load()
    {
        var queue = new TurnQueue(concurrency: 3, capacity: 5);
        int running = 0;
        int most = 0;
        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            using var cancellation = new CancellationTokenSource(i % 7 == 0 ? TimeSpan.FromMicroseconds(100) : Timeout.InfiniteTimeSpan);
            try
            {
                using IDisposable? turn = await queue.EnterAsync(i % 4, cancellation.Token);
                if (turn is not null)
                {
                    InterlockedMax(ref most, Interlocked.Increment(ref running));
                    await Task.Yield();
                    Interlocked.Decrement(ref running);
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
            }
        });
        Assert.InRange(most, 1, 3);
        Assert.True(queue.IsIdle);
        Assert.NotNull(await queue.EnterAsync("last", default));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}

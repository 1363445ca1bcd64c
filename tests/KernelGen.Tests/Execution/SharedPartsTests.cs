using KernelGen.Execution;

namespace KernelGen.Tests.Execution;

/// <summary>Work that a call and the threads that help it share.</summary>
public class SharedPartsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    public void Every_part_is_done_once(int parts)
    {
        var shared = new SharedParts();
        int[] done = new int[parts];
        for (int round = 1; round <= 300; round++)
        {
            shared.Run(parts, part => Interlocked.Increment(ref done[part]));
            Assert.All(done, count => Assert.Equal(round, count));
            if (round % 100 == 0)
            {
                // So long that whoever helps is asleep.
                Thread.Sleep(5);
            }
        }
    }

    [Fact]
    public void Calls_at_once_do_not_get_in_each_others_way()
    {
        var callers = new Thread[6];
        int wrong = 0;
        for (int i = 0; i < callers.Length; i++)
        {
            int parts = i + 1;
            callers[i] = new Thread(() =>
            {
                var shared = new SharedParts();
                int[] done = new int[parts];
                for (int round = 1; round <= 200; round++)
                {
                    shared.Run(parts, part => Interlocked.Increment(ref done[part]));
                    Interlocked.Add(ref wrong, Array.TrueForAll(done, count => count == round) ? 0 : 1);
                }
            });
            callers[i].Start();
        }

        Array.ForEach(callers, static caller => caller.Join());
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void What_a_part_throws_is_thrown_once_all_are_done()
    {
        var shared = new SharedParts();
        for (int round = 0; round < 20; round++)
        {
            int done = 0;
            var exception = Assert.Throws<InvalidDataException>(() => shared.Run(4, part =>
            {
                Interlocked.Increment(ref done);
                if (part == 2)
                {
                    throw new InvalidDataException("broken");
                }
            }));
            Assert.Equal(("broken", 4), (exception.Message, done));
            shared.Run(3, _ => Interlocked.Increment(ref done));
            Assert.Equal(7, done);
        }
    }

    [Fact]
    public void Nothing_is_allocated_once_it_is_warm()
    {
        var shared = new SharedParts();
        Action<int> work = static _ => Thread.SpinWait(10);
        for (int round = 0; round < 10; round++)
        {
            shared.Run(4, work);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
        {
            shared.Run(4, work);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}

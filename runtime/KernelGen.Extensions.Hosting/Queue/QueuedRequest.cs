using System.Diagnostics;

namespace KernelGen.Extensions.Hosting;

/// <summary>What somebody waits for.</summary>
internal abstract class QueuedRequest
{
    protected QueuedRequest(int texts)
    {
        Texts = texts;
        Place = new LinkedListNode<QueuedRequest>(this);
        Caller = Activity.Current?.Context ?? default;
    }

    /// <summary>How many texts it counts as.</summary>
    public int Texts { get; }

    /// <summary>Its place among those that wait.</summary>
    public LinkedListNode<QueuedRequest> Place { get; }

    /// <summary>When it came.</summary>
    public long Since { get; } = Stopwatch.GetTimestamp();

    /// <summary>What its caller traces.</summary>
    public ActivityContext Caller { get; }

    /// <summary>The batch that it is in, once it is worked on.</summary>
    public RequestBatch? Batch { get; set; }

    /// <summary>Whether both can be generated for together, with the results that each has alone.</summary>
    public abstract bool GoesWith(QueuedRequest other);

    /// <summary>Does the work of a batch of requests that go together, of which this is the first.</summary>
    public abstract void Run(RequestBatch batch);

    /// <summary>Ends the wait with a failure, unless it has ended.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>Ends the wait because whoever waits wants it to end, unless it has ended.</summary>
    public abstract void Cancel(CancellationToken cancellationToken);
}

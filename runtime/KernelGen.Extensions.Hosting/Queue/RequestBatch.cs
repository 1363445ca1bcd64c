namespace KernelGen.Extensions.Hosting;

/// <summary>Requests that are worked on together. Its work ends early once nobody waits for any of them.</summary>
internal sealed class RequestBatch
{
    /// <summary>It has no timer, and so nothing to dispose.</summary>
    private readonly CancellationTokenSource _cancellation = new();
    private int _awaited;

    public RequestBatch(QueuedRequest[] requests)
    {
        Requests = requests;
        Texts = requests.Sum(static request => request.Texts);
        _awaited = requests.Length;
    }

    public QueuedRequest[] Requests { get; }

    public int Texts { get; }

    /// <summary>Ends the work.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>Nobody waits for one of the requests any more.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _awaited) == 0)
        {
            _cancellation.Cancel();
        }
    }
}

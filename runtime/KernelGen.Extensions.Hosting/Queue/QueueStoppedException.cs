namespace KernelGen.Extensions.Hosting;

/// <summary>A queue takes on nothing more, for its program is shutting down: a service answers 503.</summary>
public sealed class QueueStoppedException : Exception
{
    internal QueueStoppedException()
        : base("The queue takes on nothing more: its program is shutting down.")
    {
    }
}

using KernelGen.Text;

namespace KernelGen.Extensions.Hosting;

/// <summary>Asks for a turn, for work that goes with no other.</summary>
internal sealed class WorkRequest<TResult>(TextGenerator generator, Func<TextGenerator, CancellationToken, TResult> work) : QueuedRequest(texts: 1)
{
    private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResult> Task => _completion.Task;

    public override bool GoesWith(QueuedRequest other) => false;

    public override void Run(RequestBatch batch) => _completion.TrySetResult(work(generator, batch.Cancellation));

    public override void Fail(Exception exception) => _completion.TrySetException(exception);

    public override void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);
}

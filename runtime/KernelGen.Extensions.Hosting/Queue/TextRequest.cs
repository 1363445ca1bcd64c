using KernelGen.Text;

namespace KernelGen.Extensions.Hosting;

/// <summary>Asks for texts.</summary>
internal sealed class TextRequest(TextGenerator generator, IReadOnlyList<string> texts, GenerationOptions? options) : QueuedRequest(texts.Count)
{
    private readonly TaskCompletionSource<TextGenerationResult[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TextGenerationResult[]> Task => _completion.Task;

    private TextGenerator Generator => generator;

    private IReadOnlyList<string> Sources => texts;

    private GenerationOptions? Options => options;

    /// <summary>Callbacks are told the number of a source in its call, so whoever has one is alone.</summary>
    private bool HasCallbacks => options is not null && (options.Constraint is not null || options.StopWhen is not null);

    public override bool GoesWith(QueuedRequest other) => other is TextRequest request && request.Generator == generator && request.Options == options && !HasCallbacks;

    public override void Run(RequestBatch batch)
    {
        if (batch.Requests is [TextRequest only])
        {
            only.Complete(Generate(only.Sources, batch.Cancellation));
            return;
        }

        TextRequest[] requests = [.. batch.Requests.Cast<TextRequest>()];
        TextGenerationResult[] results;
        try
        {
            results = Generate([.. requests.SelectMany(static request => request.Sources)], batch.Cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One of them is at fault: alone, each meets what is its own.
            Array.ForEach(requests, request => request.RunAlone(batch.Cancellation));
            return;
        }

        int next = 0;
        foreach (TextRequest request in requests)
        {
            request.Complete(results[next..(next + request.Texts)]);
            next += request.Texts;
        }
    }

    public override void Fail(Exception exception) => _completion.TrySetException(exception);

    public override void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);

    private void Complete(TextGenerationResult[] results) => _completion.TrySetResult(results);

    private void RunAlone(CancellationToken cancellationToken)
    {
        if (Task.IsCompleted)
        {
            return;
        }

        try
        {
            Complete(Generate(Sources, cancellationToken));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Fail(exception);
        }
    }

    private TextGenerationResult[] Generate(IReadOnlyList<string> sources, CancellationToken cancellationToken) => sources is [string only]
        ? [generator.Generate(only, options, cancellationToken)]
        : generator.Generate(sources, options, cancellationToken);
}

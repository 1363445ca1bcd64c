using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace KernelGen.Text;

/// <summary>
/// One enumeration over the texts that are generated for a stream of texts. Sentences that have content go to the model; every text also goes into a channel,
/// in order, so that an empty one has its result when its turn comes, without waiting for later ones.
/// </summary>
internal static class TextStream
{
    /// <summary>The model holds at most so many windows of sources: read ahead, worked on and done.</summary>
    private const int Windows = 3;

    public static IAsyncEnumerable<TextGenerationResult> RunAsync(
        TextGenerator generator, IAsyncEnumerable<string> texts, GenerationOptions? options, StreamingOptions streaming, CancellationToken cancellationToken)
    {
        options = generator.OptionsOf(options);

        // Checks the options at once; this enumeration is never begun.
        _ = generator.Model.GenerateAsync(AsyncEnumerable.Empty<int[]>(), options, streaming, CancellationToken.None);
        return EnumerateAsync(generator, texts, options, streaming, cancellationToken);
    }

    private static async IAsyncEnumerable<TextGenerationResult> EnumerateAsync(
        TextGenerator generator,
        IAsyncEnumerable<string> texts,
        GenerationOptions? options,
        StreamingOptions streaming,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int capacity = (int)Math.Min((long)streaming.Window * Windows, int.MaxValue);
        var order = Channel.CreateBounded<SourceText>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IAsyncEnumerator<GenerationResult> results = generator.Model
            .GenerateAsync(EncodeAsync(generator, texts, order.Writer, ending.Token), options, streaming, ending.Token).GetAsyncEnumerator(ending.Token);

        // Reading begins with the first result that is asked for, and goes on by itself.
        Task<bool> next = results.MoveNextAsync().AsTask();
        try
        {
            while (await order.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (order.Reader.TryRead(out SourceText? source))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var sentences = new GenerationResult[TextGenerator.Given(source).Length];
                    for (int i = 0; i < sentences.Length; i++)
                    {
                        await MoveNextAsync().ConfigureAwait(false);
                        sentences[i] = results.Current;
                        next = results.MoveNextAsync().AsTask();
                    }

                    yield return generator.Decode(source, sentences);
                }
            }

            // Throws what ended the texts, where that was an exception.
            await MoveNextAsync().ConfigureAwait(false);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await results.DisposeAsync().ConfigureAwait(false);
        }

        async Task MoveNextAsync()
        {
            try
            {
                await next.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // With the caller's token, not the one that links it.
                cancellationToken.ThrowIfCancellationRequested();
                throw;
            }
        }
    }

    /// <summary>Makes tokens of texts, and hands the sentences that have content to the model.</summary>
    private static async IAsyncEnumerable<int[]> EncodeAsync(
        TextGenerator generator, IAsyncEnumerable<string> texts, ChannelWriter<SourceText> order, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            long index = 0;
            await foreach (string text in texts.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                SourceText source = generator.Encode(text, index++);
                await order.WriteAsync(source, cancellationToken).ConfigureAwait(false);
                foreach (int[] tokens in TextGenerator.Given(source))
                {
                    yield return tokens;
                }
            }
        }
        finally
        {
            order.Complete();
        }
    }
}

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using KernelGen.Samples.Transcribe;
using KernelGen.Tool.CommandLine;
using KernelGen.Tool.Folders;

namespace KernelGen.Tool.Lines;

/// <summary>
/// Makes results of lines, in order, from one stream to another. What is done stays done: whole results are handed out before the process ends for whatever reason that leaves it time to, and the next run
/// goes on from there.
/// </summary>
internal sealed class LineJob(GivenLines options, Terminal terminal)
{
    /// <summary>Makes results of the lines of an input.</summary>
    /// <typeparam name="TResult">What is made of a line.</typeparam>
    /// <param name="isNumbered">Whether each line of output begins with the number of its line of input.</param>
    /// <param name="make">Makes a result of each line, in order.</param>
    /// <param name="format">Gives the lines to write of a result, and how many sources the model was given: the number of the line from 1 on, the line, and its result.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    /// <exception cref="InputException">A file or a line cannot be used. What came before it is written.</exception>
    public async Task<int> RunAsync<TResult>(bool isNumbered, MakeResults<TResult> make, Func<long, string, TResult, (string[] Lines, int Sources)> format)
    {
        using var interruption = new Interruption();
        using LineInput input = LineInput.Open(options.Input, terminal.Streams);
        using LineOutput output = LineOutput.Open(options, isNumbered, terminal.Streams);
        if (options.Input is null && terminal.Streams is { IsInputTerminal: true, IsErrorTerminal: true })
        {
            terminal.Wait("reading lines from the terminal, to the end of input (Ctrl-D)");
        }

        // Who sees the results come needs no bar.
        bool isSeen = options.Output is null && terminal.Streams.IsOutputTerminal;
        try
        {
            await JobProgress.RunAsync(isSeen ? null : terminal.Progress, input, progress => WriteAsync(input, output, make, format, progress, interruption.Token)).ConfigureAwait(false);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.Signal is not null)
        {
            terminal.Complain(options.Output is { } path
                ? $"interrupted; '{path}' has the results of {output.Lines} lines. The same command with --resume goes on from there."
                : $"interrupted; the results of {output.Lines} lines are written.");
            return ExitCode.Of(interruption.Signal.Value);
        }
    }

    /// <summary>Whether there is another result.</summary>
    /// <param name="next">Says so.</param>
    /// <param name="line">The number of its line.</param>
    /// <exception cref="InputException">The line cannot be used.</exception>
    private static async Task<bool> NextAsync(Task<bool> next, long line)
    {
        try
        {
            return await next.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw new InputException($"line {line}: {OptionWords.Of(exception)}", exception);
        }
    }

    private static async Task WriteAsync<TResult>(
        LineInput input, LineOutput output, MakeResults<TResult> make, Func<long, string, TResult, (string[] Lines, int Sources)> format, JobProgress progress, CancellationToken cancellation)
    {
        // Lines are read ahead, and a line is here before its result is; so the queue is no longer than what is worked on.
        var lines = new ConcurrentQueue<string>();
        progress.Begin(output.LinesToSkip);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        IAsyncEnumerator<TResult> results = make(RememberAsync(ending.Token), output.LinesToSkip, progress, ending.Token).GetAsyncEnumerator(ending.Token);
        Task<bool> next = Task.FromResult(true);
        try
        {
            while (true)
            {
                next = results.MoveNextAsync().AsTask();
                if (!next.IsCompleted)
                {
                    // Whoever waits for results gets those that are there.
                    output.Flush();
                }

                if (!await NextAsync(next, output.Lines + 1).ConfigureAwait(false))
                {
                    break;
                }

                _ = lines.TryDequeue(out string? line);
                (string[] written, int sources) = format(output.Lines + 1, line!, results.Current);
                output.Write(written);
                progress.Add(Encoding.UTF8.GetByteCount(line!) + 1, sources);
            }

            output.Complete();
        }
        catch (Exception exception) when (exception is not OutputClosedException)
        {
            // What is done stays done, whatever ends the work.
            output.Flush();
            throw;
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await results.DisposeAsync().ConfigureAwait(false);
        }

        async IAsyncEnumerable<string> RememberAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            bool isFirst = true;
            await foreach (string line in input.ReadAsync(output.LinesToSkip, cancellationToken).ConfigureAwait(false))
            {
                if (isFirst)
                {
                    progress.BeginText(Encoding.UTF8.GetByteCount(line) + 1);
                    isFirst = false;
                }

                lines.Enqueue(line);
                yield return line;
            }
        }
    }
}

/// <summary>Makes a result of each line, in order.</summary>
/// <param name="lines">The lines.</param>
/// <param name="skipped">How many lines before them were passed over.</param>
/// <param name="progress">Is told how far the model is.</param>
/// <param name="cancellation">Ends the work.</param>
internal delegate IAsyncEnumerable<TResult> MakeResults<TResult>(IAsyncEnumerable<string> lines, long skipped, IProgress<GenerationProgress> progress, CancellationToken cancellation);

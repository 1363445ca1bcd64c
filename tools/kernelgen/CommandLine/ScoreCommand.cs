using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using KernelGen.Text;
using KernelGen.Tool.Folders;
using KernelGen.Tool.Lines;

namespace KernelGen.Tool.CommandLine;

/// <summary>Writes how probable a model finds given results.</summary>
internal sealed class ScoreCommand : Command
{
    private const int MostThreads = 64;

    /// <summary>How many pairs are worked on ahead of the one that is written next, for each thread.</summary>
    private const int AheadOfEachThread = 16;

    private readonly FolderOptions _folder = new();
    private readonly LineOptions _lines = new();
    private readonly Option<string?> _targets = new("--target") { Description = "The file with the target of each line of --input. Without it each line has both, with a tab between.", HelpName = "file" };
    private readonly Option<bool> _tokens = new("--tokens") { Description = "Write the tokens behind the sum: each, and its log-probability, with tabs between." };
    private readonly Option<bool> _json = new("--json") { Description = "Write a JSON object for each pair: source, target, log-probability, tokens with theirs." };
    private readonly Option<string?> _source = new("--source-language") { Description = "The language of the sources, as the model writes it, of models that are told it.", HelpName = "code" };
    private readonly Option<string?> _target = new("--target-language") { Description = "The language of the targets, of models that are told it.", HelpName = "code" };
    private readonly Option<int?> _threads = CommonArguments.Number("--threads", "Pairs that are scored at once (default: one for each processor).", MostThreads);
    private readonly Terminal _terminal;

    public ScoreCommand(Terminal terminal)
        : base("score", "Write the log-probability of given targets of given sources, with the end token: a line of output for each pair.")
    {
        _terminal = terminal;
        Add(_folder.Folder);
        _lines.AddTo(this);
        foreach (Option option in (Option[])[_targets, _tokens, _json, _source, _target, _threads])
        {
            Add(option);
        }

        _folder.AddTo(this);
        Validators.Add(result =>
        {
            if (result.GetValue(_tokens) && result.GetValue(_json))
            {
                result.AddError("--json has the tokens, without --tokens.");
            }
        });
        SetAction(Run);
    }

    private int Run(ParseResult result)
    {
        GivenLines lines = _lines.Read(result);
        LineOutput.Check(lines);
        using TextGenerator generator = ModelFolder.Find(_folder.Read(result), _terminal).OpenText(new TextGeneratorOpenOptions
        {
            SourceLanguage = result.GetValue(_source),
            TargetLanguage = result.GetValue(_target),
        });
        using LineInput? targets = result.GetValue(_targets) is { } path ? LineInput.Open(path, _terminal.Streams) : null;
        int threads = result.GetValue(_threads) ?? Math.Min(Environment.ProcessorCount, MostThreads);
        return new LineJob(lines, _terminal).RunAsync(
            isNumbered: false,
            (sources, skipped, _, cancellation) => ScoreAsync(generator, targets is null ? Pairs(sources) : Pairs(sources, targets.ReadAsync(skipped, cancellation)), threads, cancellation),
            (_, _, pair) => ([Format(pair, result.GetValue(_tokens), result.GetValue(_json))], 1)).GetAwaiter().GetResult();
    }

    private static string Format(ScoredPair pair, bool showsTokens, bool isJson)
    {
        string sum = pair.LogProbability.ToString("F4", CultureInfo.InvariantCulture);
        return isJson ? JsonLine.Of(pair)
            : showsTokens ? string.Join('\t', pair.Tokens.Select(static token => string.Create(CultureInfo.InvariantCulture, $"{ShownText.Of(token.Piece, int.MaxValue)}\t{token.LogProbability:F4}")).Prepend(sum))
            : sum;
    }

    /// <summary>The pairs of lines that have both, with a tab between.</summary>
    private static async IAsyncEnumerable<(string Source, string Target)> Pairs(IAsyncEnumerable<string> lines, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (string line in lines.WithCancellation(cancellation).ConfigureAwait(false))
        {
            yield return line.Split('\t') is [var source, var target]
                ? (source, target)
                : throw new ArgumentException($"It has {line.Count(static letter => letter == '\t')} tabs; one stands between source and target. (--target names a file with the targets alone.)");
        }
    }

    /// <summary>The pairs of two files.</summary>
    private static async IAsyncEnumerable<(string Source, string Target)> Pairs(
        IAsyncEnumerable<string> sources, IAsyncEnumerable<string> targets, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        IAsyncEnumerator<string> target = targets.GetAsyncEnumerator(cancellation);
        await using (target.ConfigureAwait(false))
        {
            await foreach (string source in sources.WithCancellation(cancellation).ConfigureAwait(false))
            {
                yield return await target.MoveNextAsync().ConfigureAwait(false) ? (source, target.Current) : throw new ArgumentException("There are fewer targets than sources.");
            }

            if (await target.MoveNextAsync().ConfigureAwait(false))
            {
                throw new ArgumentException("There are more targets than sources.");
            }
        }
    }

    /// <summary>Scores pairs, several at once, in their order.</summary>
    private static async IAsyncEnumerable<ScoredPair> ScoreAsync(
        TextGenerator generator, IAsyncEnumerable<(string Source, string Target)> pairs, int threads, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var turns = new SemaphoreSlim(threads);
        var scores = Channel.CreateBounded<Task<ScoredPair>>(new BoundedChannelOptions(threads * AheadOfEachThread) { SingleReader = true, SingleWriter = true });
        Task reading = Task.Run(
            async () =>
            {
                Exception? failure = null;
                try
                {
                    await foreach ((string source, string target) in pairs.WithCancellation(ending.Token).ConfigureAwait(false))
                    {
                        await turns.WaitAsync(ending.Token).ConfigureAwait(false);
                        Task<ScoredPair> score = Task.Run(
                            () =>
                            {
                                try
                                {
                                    return ScoredPair.Of(generator, source, target, ending.Token);
                                }
                                finally
                                {
                                    turns.Release();
                                }
                            },
                            CancellationToken.None);
                        await scores.Writer.WriteAsync(score, ending.Token).ConfigureAwait(false);
                    }
                }
                catch (Exception exception)
                {
                    failure = exception;
                }

                scores.Writer.Complete(failure);
            },
            CancellationToken.None);
        try
        {
            await foreach (Task<ScoredPair> score in scores.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                yield return await score.ConfigureAwait(false);
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            while (scores.Reader.TryRead(out Task<ScoredPair>? score))
            {
                await ((Task)score).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}

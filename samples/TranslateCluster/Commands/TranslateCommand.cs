using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KernelGen.Samples.Translate;
using KernelGen.Samples.TranslateCluster.Hosting;
using KernelGen.Samples.TranslateCluster.Jobs;

namespace KernelGen.Samples.TranslateCluster.Commands;

/// <summary><c>translate</c>: gives the cluster a job and waits for it.</summary>
internal sealed class TranslateCommand : ClusterCommand
{
    private const int MaxBeam = 32;
    private const int LeastShard = 1;
    private const int MostShard = 1 << 30;
    private const int DefaultShard = 1 << 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>After how long without an answer it is said that nobody answers.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Argument<string> _input = new("in") { Description = "A file with a sentence or a text in each line (UTF-8), or a folder whose files are translated, without those of its folders. All silos must see it at this path." };

    private readonly Argument<string> _output = new("out") { Description = "The file, or the folder, for the translations: a line for each line, in the same order. It is there when all of it is." };

    private readonly Option<int?> _beam = new("--beam")
    {
        Description = $"How many hypotheses beam search follows: 1, greedy search, unless given; at most {MaxBeam}.",
        HelpName = "n",
        CustomParser = static argument => OptionValues.Count(argument, "--beam", MaxBeam),
    };

    private readonly Option<int?> _shard = new("--shard")
    {
        Description = $"About how many bytes of a file are one shard: {DefaultShard} unless given.",
        HelpName = "bytes",
        CustomParser = static argument => OptionValues.Count(argument, "--shard", MostShard, LeastShard),
    };

    private readonly Option<bool> _withSilo = new("--silo") { Description = "Be a silo, too, while the job is under way, with the options of the command silo. It takes part in the cluster, or is all of it." };

    private readonly Option<bool> _detach = new("--detach") { Description = "Do not wait for the job: write its number, and end." };

    private readonly SiloSettings _silo = new();

    public TranslateCommand()
        : base("translate", "Translates a file, or the files of a folder. Where the same job is under way it is joined, and where it has failed it is gone on with.")
    {
        Arguments.Add(_input);
        Arguments.Add(_output);
        foreach (Option option in (Option[])[_beam, _shard, _detach, _withSilo])
        {
            Options.Add(option);
        }

        _silo.AddTo(this);
        Validators.Add(Validate);
    }

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        var request = new JobRequest(
            Path.GetFullPath(result.GetRequiredValue(_input)), Path.GetFullPath(result.GetRequiredValue(_output)).TrimEnd(Path.DirectorySeparatorChar), result.GetValue(_shard) ?? DefaultShard, result.GetValue(_beam) ?? 1);
        bool hasSilo = result.GetValue(_withSilo);
        using IHost host = hasSilo
            ? await SiloHost.StartAsync(_silo.Read(result, Database(result), Cluster(result), IsVerbose(result)), cancellation)
            : await ConnectAsync(result, cancellation);
        string number = NumberOf(request.Output);
        IJobGrain job = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IJobGrain>(number);
        try
        {
            if (await AskAsync(() => job.Submit(request), cancellation) is { } wrong)
            {
                Program.WriteError(wrong);
                return Program.Failure;
            }

            if (result.GetValue(_detach))
            {
                Program.WriteLine(number);
                return Program.Success;
            }

            return await WaitAsync(job, number, hasSilo, cancellation);
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    /// <summary>The number of the job that writes a file: two that write the same are one.</summary>
    internal static string NumberOf(string output) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(output)))[..8];

    /// <summary>Asks until there is an answer: silos come and go.</summary>
    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask().WaitAsync(cancellation);
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested && TimeProvider.System.GetElapsedTime(start) < Patience)
            {
                _ = exception;
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    private static async Task<int> WaitAsync(IJobGrain job, string number, bool hasSilo, CancellationToken cancellation)
    {
        var progress = new ProgressLine();
        long start = TimeProvider.System.GetTimestamp();
        long answered = start;
        bool isComplaining = false;
        try
        {
            while (true)
            {
                JobReport? report = null;
                try
                {
                    report = await job.Report().WaitAsync(cancellation);
                    answered = TimeProvider.System.GetTimestamp();
                    isComplaining = false;
                }
                catch (Exception exception) when (!cancellation.IsCancellationRequested)
                {
                    if (!isComplaining && TimeProvider.System.GetElapsedTime(answered) >= Patience)
                    {
                        isComplaining = true;
                        progress.Erase();
                        Program.WriteError($"no silo has answered for {Patience.TotalSeconds:0} seconds ({exception.Message}); still asking. The job goes on when one does");
                    }
                }

                if (report is { IsOver: true })
                {
                    progress.Erase();
                    return Finish(report);
                }

                if (report is not null)
                {
                    progress.Show(report, TimeProvider.System.GetElapsedTime(start));
                }

                await Task.Delay(Pause, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            progress.Erase();
            Program.WriteError(hasSilo
                ? $"interrupted; job {number} waits for silos, and the same command goes on with it. 'TranslateCluster cancel {number}' ends it"
                : $"interrupted; job {number} goes on without this command. 'TranslateCluster status {number}' shows it, 'TranslateCluster cancel {number}' ends it");
            return Program.Interrupted;
        }
    }

    private static int Finish(JobReport report)
    {
        if (report.UnknownLines > 0)
        {
            Program.WriteError(JobText.Unknown(report));
        }

        TimeSpan time = report.Ended!.Value - report.Begun;
        double rate = report.Sentences / Math.Max(time.TotalSeconds, 1e-3);
        switch (report.Phase)
        {
            case JobPhase.Done:
                Program.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Lines:N0} lines, {report.Sentences:N0} sentences in {JobText.Duration(time)}: {rate:N0} a second"));
                return Program.Success;
            case JobPhase.Failed:
                foreach (string failure in report.Failures)
                {
                    Program.WriteError(failure);
                }

                Program.WriteError($"job {report.Job} has failed: {report.GivenUp} units were given up, and the rest is kept. 'TranslateCluster retry {report.Job}', or the same command, tries them again");
                return Program.Failure;
            case JobPhase.Cancelled:
                Program.WriteError($"job {report.Job} was cancelled");
                return Program.Failure;
            default:
                throw new InvalidOperationException($"a job that is {report.Phase} is not over");
        }
    }

    private void Validate(CommandResult command)
    {
        foreach (Argument<string> argument in (Argument<string>[])[_input, _output])
        {
            if (command.GetValue(argument) is { } path && string.IsNullOrWhiteSpace(path))
            {
                command.AddError($"<{argument.Name}> names no file: it is empty");
            }
        }

        if (!command.GetValue(_withSilo) && _silo.FindGiven(command) is { } option)
        {
            command.AddError($"{option} says how the silo of this command works; give --silo, too");
        }
    }
}

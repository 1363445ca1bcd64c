using System.Collections.Concurrent;
using KernelGen.Samples.TranslateCluster.Jobs;
using Microsoft.Extensions.Options;

namespace KernelGen.Samples.TranslateCluster.Work;

/// <summary>
/// Asks for units, as many as the silo has threads for, and does them. Nothing is sent to a silo: what it does not ask for waits where it is, and so a silo that is
/// slow, or joins or leaves, needs no plan.
/// </summary>
internal sealed partial class ShardWorker(
    IGrainFactory grains, ILocalSiloDetails silo, TranslationModel model, IOptions<WorkerSettings> settings, IOptions<ClusterSettings> cluster, ILogger<ShardWorker> logger)
    : BackgroundService
{
    /// <summary>How long a silo waits before it asks again.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<(string Job, int Unit), UnitRun> _runs = [];
    private readonly SemaphoreSlim _asking = new(1);
    private readonly string _name = silo.SiloAddress.ToParsableString();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Task heartbeats = SendHeartbeatsAsync(stoppingToken);
        await Task.WhenAll(Enumerable.Range(0, settings.Value.Threads).Select(_ => Task.Run(() => WorkAsync(stoppingToken), CancellationToken.None)));
        await heartbeats;
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await ClaimAsync(stopping) is { } run)
                {
                    await RunAsync(run, stopping);
                }
                else
                {
                    await Task.Delay(Idle, stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // A silo that is not there any more, or a database that is away: it is asked again.
                LogNotAnswered(exception.GetBaseException().Message);
                await Task.Delay(Idle, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Asks the jobs for a unit, the oldest job first; one thread of the silo at a time.</summary>
    private async Task<UnitRun?> ClaimAsync(CancellationToken stopping)
    {
        await _asking.WaitAsync(stopping);
        try
        {
            foreach (string job in await grains.GetGrain<IJobListGrain>(0).Active())
            {
                if (await grains.GetGrain<IJobGrain>(job).Claim(_name, model.Fingerprint) is { } unit)
                {
                    var run = new UnitRun(job, unit);
                    _runs[(job, unit.Number)] = run;
                    return run;
                }
            }

            return null;
        }
        finally
        {
            _asking.Release();
        }
    }

    private async Task RunAsync(UnitRun run, CancellationToken stopping)
    {
        IJobGrain job = grains.GetGrain<IJobGrain>(run.Job);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(stopping, run.Abandonment.Token);
        try
        {
            await run.RunAsync(model.Translator, cancellation.Token);
            await TellAsync(() => job.Complete(_name, run.Progress), cancellation.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await job.Release(_name, [run.Unit]);
        }
        catch (OperationCanceledException) when (run.Abandonment.IsCancellationRequested)
        {
            LogAbandoned(run.Unit, run.Job);
        }
        catch (LostShardsException exception)
        {
            await TellAsync(() => job.Lose(run.Unit, exception.Shards), stopping);
        }
        catch (Exception exception)
        {
            LogFailed(run.Unit, run.Job, exception.Message);
            await TellAsync(() => job.Fail(_name, run.Unit, JobFiles.Reason(exception)), stopping);
        }
        finally
        {
            _runs.TryRemove(new((run.Job, run.Unit), run));
        }
    }

    /// <summary>Tells a job something, until it has heard it.</summary>
    private async Task TellAsync(Func<Task> tell, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await tell();
                return;
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
            {
                LogNotAnswered(exception.GetBaseException().Message);
                await Task.Delay(Idle, cancellation);
            }
        }
    }

    private async Task SendHeartbeatsAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(cluster.Value.DeadAfter / 10);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await Task.WhenAll(_runs.Values.GroupBy(static run => run.Job).Select(SendHeartbeatAsync));
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task SendHeartbeatAsync(IGrouping<string, UnitRun> runs)
    {
        try
        {
            foreach (int unit in await grains.GetGrain<IJobGrain>(runs.Key).Heartbeat(_name, [.. runs.Select(static run => run.Progress)]))
            {
                await runs.First(run => run.Unit == unit).Abandonment.CancelAsync();
            }
        }
        catch (Exception exception)
        {
            LogNotAnswered(exception.GetBaseException().Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "No answer, which is asked for again: {Reason}")]
    private partial void LogNotAnswered(string reason);

    [LoggerMessage(LogLevel.Information, "Unit {Unit} of job {Job} is somebody else's by now")]
    private partial void LogAbandoned(int unit, string job);

    [LoggerMessage(LogLevel.Warning, "Unit {Unit} of job {Job} failed: {Reason}")]
    private partial void LogFailed(int unit, string job, string reason);
}

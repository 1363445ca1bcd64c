using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Orleans.Storage;

namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <inheritdoc cref="IJobGrain"/>
/// <remarks>
/// What is done is written to the database once a second, not with each unit: of a grain that is lost, the work of a second is done again. While the database
/// is away, silos go on.
/// </remarks>
internal sealed partial class JobGrain(
    [PersistentState("job")] IPersistentState<JobState> stored, IOptions<ClusterSettings> settings, TimeProvider time, ILogger<JobGrain> logger) : Grain, IJobGrain
{
    private static readonly TimeSpan StoringPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StoringPause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _storing = new(1);
    private JobLedger? _ledger;
    private bool _isListed = true;
    private long _lastFailure;

    private string Job => this.GetPrimaryKeyString();

    private IJobListGrain List => GrainFactory.GetGrain<IJobListGrain>(0);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        OpenStored();
        this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(StoringPeriod, StoringPeriod) { Interleave = true });
        return Task.CompletedTask;
    }

    public async Task<string?> Submit(JobRequest request)
    {
        if (_ledger is { IsOver: false } running)
        {
            if (running.State.Phase == JobPhase.Running && running.State.Request == request)
            {
                await List.Add(Job);
                return null;
            }

            return running.State.Phase == JobPhase.Cancelling
                ? $"job {Job} is being cancelled: try again in a moment"
                : $"job {Job} writes {request.Output} already, from {running.State.Request!.Input}, {running.State.Request.ShardBytes} bytes a shard and beam {running.State.Request.Beam}: cancel it first";
        }

        JobState? before = _ledger?.State;
        List<JobFile> files;
        string run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        try
        {
            files = await Task.Run(() => JobFiles.Find(request));
            if (before is { Phase: JobPhase.Failed } failed && failed.Request == request && failed.Files.SequenceEqual(files))
            {
                return await Retry();
            }

            await Task.Run(() =>
            {
                JobFiles.Delete(before?.Files.Select(file => JobPlan.PartsFolder(file, before.Run)) ?? []);
                JobFiles.MakeRoom(files, run);
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }

        Open(new JobState { Request = request, Run = run, Files = files, Begun = time.GetUtcNow().UtcDateTime }, isResumed: false);
        await Store();
        await List.Add(Job);
        return null;
    }

    public Task<JobReport?> Report()
    {
        _ledger?.Expire();
        return Task.FromResult(_ledger?.Report());
    }

    public async Task<string?> Cancel()
    {
        switch (_ledger)
        {
            case null:
                return $"there is no job {Job}";
            case { State.Phase: JobPhase.Cancelling or JobPhase.Cancelled }:
                return null;
            case { State.Phase: JobPhase.Done }:
                return $"job {Job} is done already";
            default:
                _ledger.Cancel();
                _isListed = true;
                await Store();
                await List.Add(Job);
                return null;
        }
    }

    public async Task<string?> Retry()
    {
        switch (_ledger)
        {
            case null:
                return $"there is no job {Job}";
            case { State.Phase: JobPhase.Failed }:
                _ledger.Retry();
                _isListed = true;
                await Store();
                await List.Add(Job);
                return null;
            default:
                return $"job {Job} has not failed";
        }
    }

    public async Task<WorkUnit?> Claim(string silo, string model)
    {
        if (_ledger is null)
        {
            // The list has it: it was begun after this grain was activated, by one that is no more.
            await stored.ReadStateAsync();
            OpenStored();
        }

        return _ledger?.Claim(silo, model);
    }

    public Task<int[]> Heartbeat(string silo, UnitProgress[] units) => Task.FromResult(_ledger?.Renew(silo, units) ?? [.. units.Select(static unit => unit.Unit)]);

    public async Task Complete(string silo, UnitProgress unit)
    {
        _ledger?.Complete(unit);

        // What deletes the parts waits for the database; nobody has to wait for the clock, too.
        if (_ledger is { IsAllButCleanedUp: true })
        {
            await Tick();
        }
    }

    public Task Fail(string silo, int unit, string reason)
    {
        _ledger?.Fail(silo, unit, reason);
        return Task.CompletedTask;
    }

    public Task Lose(int unit, int[] shards)
    {
        _ledger?.Lose(unit, shards);
        return Task.CompletedTask;
    }

    public Task Release(string silo, int[] units)
    {
        _ledger?.Release(silo, units);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_ledger is not null && _ledger.Revision != _ledger.StoredRevision && reason.ReasonCode != DeactivationReasonCode.ActivationFailed)
        {
            try
            {
                await Store();
            }
            catch (Exception exception)
            {
                LogNotStored(exception.GetBaseException().Message, Job);
            }
        }
    }

    private void OpenStored()
    {
        if (stored.RecordExists && stored.State.Request is not null)
        {
            Open(stored.State.Copy(), isResumed: true);
        }
    }

    private void Open(JobState state, bool isResumed)
    {
        _ledger = new JobLedger(Job, state, isResumed, settings.Value.DeadAfter, time);
        if (!isResumed)
        {
            _ledger.StoredRevision = -1;
        }

        _isListed = true;
    }

    private async Task Tick()
    {
        if (_ledger is null || (_lastFailure != 0 && time.GetElapsedTime(_lastFailure) < StoringPause))
        {
            return;
        }

        try
        {
            _ledger.Expire();
            if (_ledger.Revision != _ledger.StoredRevision)
            {
                await Store();
            }

            if (_ledger.IsOver && _isListed)
            {
                await List.Finish(Job);
                _isListed = false;
            }

            _lastFailure = 0;
        }
        catch (Exception exception)
        {
            _lastFailure = time.GetTimestamp();
            LogNotStored(exception.GetBaseException().Message, Job);
        }
    }

    private async Task Store()
    {
        await _storing.WaitAsync();
        try
        {
            int revision = _ledger!.Revision;
            stored.State = _ledger.State.Copy();
            await stored.WriteStateAsync();
            _ledger.StoredRevision = revision;
        }
        catch (InconsistentStateException)
        {
            // Another activation has written, or the database has what it could not confirm: what comes next reads it anew.
            DeactivateOnIdle();
            throw;
        }
        finally
        {
            _storing.Release();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The progress of job {Job} could not be written, which is tried again: {Reason}")]
    private partial void LogNotStored(string reason, string job);
}

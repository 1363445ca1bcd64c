namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <inheritdoc cref="IJobListGrain"/>
/// <remarks>
/// While silos join and leave, Orleans may for a while have this grain twice. One that writes notices, and one that is only asked reads anew now and then, so that no
/// silo waits for work with an old list.
/// </remarks>
internal sealed class JobListGrain([PersistentState("list")] IPersistentState<JobListState> state, TimeProvider time) : Grain, IJobListGrain
{
    private static readonly TimeSpan ReadingPeriod = TimeSpan.FromSeconds(2);

    /// <summary>How many finished jobs are remembered.</summary>
    private const int Remembered = 100;

    private long _read = time.GetTimestamp();

    public Task Add(string job) => Change(list =>
    {
        list.Finished.Remove(job);
        if (!list.Active.Contains(job))
        {
            list.Active.Add(job);
        }
    });

    public Task Finish(string job) => state.State.Active.Contains(job)
        ? Change(list =>
        {
            list.Active.Remove(job);
            list.Finished.Remove(job);
            list.Finished.Add(job);
            list.Finished.RemoveRange(0, Math.Max(0, list.Finished.Count - Remembered));
        })
        : Task.CompletedTask;

    public async Task<string[]> Active()
    {
        await Read();
        return [.. state.State.Active];
    }

    public async Task<string[]> All()
    {
        await Read();
        return [.. state.State.Active, .. Enumerable.Reverse(state.State.Finished)];
    }

    private async Task Read()
    {
        if (time.GetElapsedTime(_read) < ReadingPeriod)
        {
            return;
        }

        _read = time.GetTimestamp();
        JobListState before = state.State;
        try
        {
            await state.ReadStateAsync();
        }
        catch (Exception)
        {
            // The database is away: what was known last is still good.
            state.State = before;
        }
    }

    /// <summary>Changes the list in memory once the database has the change.</summary>
    private async Task Change(Action<JobListState> change)
    {
        JobListState before = state.State;
        var after = new JobListState { Active = [.. before.Active], Finished = [.. before.Finished] };
        change(after);
        state.State = after;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // Whether the database has it is not known: what comes next reads it anew.
            state.State = before;
            DeactivateOnIdle();
            throw;
        }
    }
}

namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>Who does what of a job, and what is done. It knows nothing of grains, files and databases.</summary>
internal sealed class JobLedger
{
    /// <summary>How often a unit is tried.</summary>
    public const int Attempts = 5;

    /// <summary>How many failures a report has.</summary>
    private const int ReportedFailures = 20;

    /// <summary>How many characters of a reason are kept.</summary>
    private const int LongestReason = 400;

    private readonly TimeSpan _deadAfter;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Dictionary<int, Lease> _leases = [];
    private readonly Dictionary<int, UnitFailure> _failures;
    private readonly Dictionary<string, string> _strangers = [];
    private readonly SortedSet<int> _waiting = [];
    private readonly int[] _missing;
    private readonly bool _isResumed;
    private long _bytesDone;
    private int _shardsDone;

    /// <param name="job">The number of the job.</param>
    /// <param name="state">What is known of it, which the ledger changes from now on.</param>
    /// <param name="isResumed">Whether silos may already work on it, as those of a ledger that is no more.</param>
    /// <param name="deadAfter">After how long a silence the work of a silo is given to others.</param>
    /// <param name="time">The clock.</param>
    public JobLedger(string job, JobState state, bool isResumed, TimeSpan deadAfter, TimeProvider time)
    {
        Job = job;
        State = state;
        Plan = new JobPlan(state);
        _isResumed = isResumed;
        _deadAfter = deadAfter;
        _time = time;
        _start = time.GetTimestamp();
        if (state.Done.Length == 0)
        {
            state.Done = new byte[(Plan.Units + 7) / 8];
        }

        _failures = state.Failures.ToDictionary(static failure => failure.Unit);
        _missing = new int[state.Files.Count];
        for (int file = 0; file < _missing.Length; file++)
        {
            (int first, int end) = Plan.ShardsOf(Plan.Shards + file);
            _missing[file] = end - first;
        }

        for (int unit = 0; unit < Plan.Shards; unit++)
        {
            if (IsDone(unit))
            {
                CountShard(unit, 1);
            }
            else if (!IsGivenUp(unit))
            {
                _waiting.Add(unit);
            }
        }

        for (int file = 0; file < _missing.Length; file++)
        {
            AddAssembly(file);
        }
    }

    public string Job { get; }

    public JobState State { get; }

    public JobPlan Plan { get; }

    /// <summary>Counts what would be lost without the database.</summary>
    public int Revision { get; private set; }

    /// <summary>What of it the database has.</summary>
    public int StoredRevision { get; set; }

    public bool IsOver => State.Phase is JobPhase.Done or JobPhase.Failed or JobPhase.Cancelled;

    /// <summary>Whether all output is where it belongs, and only the parts are still to be deleted.</summary>
    public bool IsAllButCleanedUp => State.Phase == JobPhase.Running && _shardsDone == Plan.Shards && Enumerable.Range(Plan.Shards, State.Files.Count).All(IsDone);

    /// <summary>Gives a silo something to do.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="model">What it translates with.</param>
    public WorkUnit? Claim(string silo, string model)
    {
        Expire();
        if (IsOver)
        {
            return null;
        }

        if ((State.Model ?? model) != model)
        {
            _strangers[silo] = model;
            return null;
        }

        // Silos that worked before this ledger was opened tell so with their next heartbeat; until then, what they do would be done twice.
        if (_isResumed && _time.GetElapsedTime(_start) < _deadAfter / 4)
        {
            return null;
        }

        if (State.Phase == JobPhase.Running && _waiting.Count > 0)
        {
            if (State.Model is null)
            {
                State.Model = model;
                Revision++;
            }

            int unit = _waiting.Min;
            _waiting.Remove(unit);
            return Lend(unit, silo);
        }

        return IsCleanupDue ? Lend(Plan.Cleanup, silo) : null;
    }

    /// <summary>Renews what a silo has been lent.</summary>
    /// <returns>What it need not go on with.</returns>
    public int[] Renew(string silo, ReadOnlySpan<UnitProgress> units)
    {
        Expire();
        var abandoned = new List<int>();
        foreach (UnitProgress progress in units)
        {
            bool isItsOwn = _leases.TryGetValue(progress.Unit, out Lease? lease) ? lease.Silo == silo : _waiting.Remove(progress.Unit);
            if (isItsOwn && (State.Phase == JobPhase.Running || progress.Unit == Plan.Cleanup))
            {
                _leases[progress.Unit] = new Lease(silo, _time.GetTimestamp(), progress);
                continue;
            }

            if (isItsOwn)
            {
                _leases.Remove(progress.Unit);
            }

            abandoned.Add(progress.Unit);
        }

        return [.. abandoned];
    }

    /// <summary>Marks a unit as done, whoever did it: its output is the same.</summary>
    public void Complete(UnitProgress progress)
    {
        int unit = progress.Unit;
        if (unit < 0 || unit >= Plan.Units)
        {
            return;
        }

        _leases.Remove(unit);
        if (IsOver || IsDone(unit) || (State.Phase != JobPhase.Running && unit != Plan.Cleanup))
        {
            return;
        }

        SetDone(unit, true);
        _waiting.Remove(unit);
        if (_failures.Remove(unit))
        {
            StoreFailures();
        }

        if (Plan.IsShard(unit))
        {
            CountShard(unit, 1);
            State.Lines += progress.Lines;
            State.Sentences += progress.Sentences;
            State.UnknownLines += progress.UnknownLines;
            AddAssembly(Plan.AssemblyOf(unit) - Plan.Shards);
        }

        Revision++;
        End();
    }

    /// <summary>Counts a failed attempt of a silo.</summary>
    public void Fail(string silo, int unit, string reason)
    {
        if (_leases.TryGetValue(unit, out Lease? lease) && lease.Silo == silo)
        {
            Fail(unit, reason);
        }
    }

    /// <summary>Does shards again whose output is not there any more.</summary>
    /// <param name="unit">The unit that missed them.</param>
    /// <param name="shards">The shards.</param>
    public void Lose(int unit, ReadOnlySpan<int> shards)
    {
        if (State.Phase != JobPhase.Running || IsDone(unit))
        {
            return;
        }

        foreach (int shard in shards)
        {
            if (IsDone(shard))
            {
                SetDone(shard, false);
                CountShard(shard, -1);
                _waiting.Add(shard);
            }
        }

        _leases.Remove(unit);
        _waiting.Remove(unit);
        Revision++;
    }

    /// <summary>Takes units back from a silo that leaves.</summary>
    public void Release(string silo, ReadOnlySpan<int> units)
    {
        foreach (int unit in units)
        {
            if (_leases.TryGetValue(unit, out Lease? lease) && lease.Silo == silo)
            {
                _leases.Remove(unit);
                PutBack(unit);
            }
        }
    }

    /// <summary>Takes units back from silos that are silent.</summary>
    public void Expire()
    {
        foreach ((int unit, Lease lease) in _leases.Where(lease => _time.GetElapsedTime(lease.Value.Renewed) > _deadAfter).ToArray())
        {
            Fail(unit, $"silo {lease.Silo} has been silent for {_deadAfter.TotalSeconds:0} seconds");
        }
    }

    /// <summary>Ends the job before it is done.</summary>
    public void Cancel()
    {
        State.Phase = JobPhase.Cancelling;
        _waiting.Clear();
        Revision++;
    }

    /// <summary>Tries what was given up once more.</summary>
    public void Retry()
    {
        State.Phase = JobPhase.Running;
        State.Ended = null;
        foreach (UnitFailure failure in _failures.Values.ToArray())
        {
            if (failure.IsGivenUp)
            {
                _failures.Remove(failure.Unit);
                _waiting.Add(failure.Unit);
            }
        }

        StoreFailures();
        Revision++;
    }

    public JobReport Report() => new()
    {
        Job = Job,
        Request = State.Request!,
        Phase = State.Phase,
        Shards = Plan.Shards,
        ShardsDone = _shardsDone,
        Bytes = State.Files.Sum(static file => file.Length),
        BytesRead = _bytesDone + _leases.Where(lease => Plan.IsShard(lease.Key)).Sum(lease => Math.Min(lease.Value.Progress.Bytes, Plan.BytesOf(lease.Key))),
        Lines = State.Lines + _leases.Values.Sum(static lease => lease.Progress.Lines),
        Sentences = State.Sentences + _leases.Values.Sum(static lease => lease.Progress.Sentences),
        UnknownLines = State.UnknownLines + _leases.Values.Sum(static lease => lease.Progress.UnknownLines),
        Silos = _leases.Values.Select(static lease => lease.Silo).Distinct().Count(),
        GivenUp = _failures.Values.Count(static failure => failure.IsGivenUp),
        Failures =
        [
            .. _failures.Values.OrderByDescending(static failure => failure.IsGivenUp).ThenBy(static failure => failure.Unit).Take(ReportedFailures).Select(Describe),
            .. _strangers.Take(ReportedFailures).Select(stranger => $"silo {stranger.Key} gets nothing to do: it translates with {stranger.Value}, this job with {State.Model}"),
        ],
        Begun = State.Begun,
        Ended = State.Ended,
    };

    private bool IsCleanupDue
    {
        get
        {
            if (_leases.Count > 0 || IsDone(Plan.Cleanup) || IsGivenUp(Plan.Cleanup) || Revision != StoredRevision)
            {
                return false;
            }

            return State.Phase == JobPhase.Cancelling || IsAllButCleanedUp;
        }
    }

    private string Describe(UnitFailure failure) =>
        $"{Plan.Describe(failure.Unit)}: {failure.Reason} ({(failure.IsGivenUp ? $"given up after {failure.Attempts} attempts" : $"{failure.Attempts} of {Attempts} attempts")})";

    private WorkUnit Lend(int unit, string silo)
    {
        _leases[unit] = new Lease(silo, _time.GetTimestamp(), new UnitProgress(unit, 0, 0, 0, 0));
        return Plan[unit];
    }

    private void Fail(int unit, string reason)
    {
        _leases.Remove(unit);
        int attempts = _failures.TryGetValue(unit, out UnitFailure? failure) ? failure.Attempts + 1 : 1;
        bool isGivenUp = attempts >= Attempts;
        _failures[unit] = new UnitFailure(unit, attempts, isGivenUp, reason.Length > LongestReason ? reason[..LongestReason] + "…" : reason);
        StoreFailures();
        Revision++;
        if (isGivenUp)
        {
            End();
        }
        else
        {
            PutBack(unit);
        }
    }

    private void PutBack(int unit)
    {
        // The unit that deletes is found by itself.
        if (unit != Plan.Cleanup && State.Phase == JobPhase.Running)
        {
            _waiting.Add(unit);
        }
    }

    /// <summary>Ends the job where there is nothing left to do.</summary>
    private void End()
    {
        if (State.Phase == JobPhase.Cancelling)
        {
            if (IsDone(Plan.Cleanup) || IsGivenUp(Plan.Cleanup))
            {
                End(JobPhase.Cancelled);
            }
        }
        else if (IsDone(Plan.Cleanup))
        {
            End(JobPhase.Done);
        }
        else if (_leases.Count == 0 && _waiting.Count == 0 && _failures.Values.Any(static failure => failure.IsGivenUp))
        {
            End(JobPhase.Failed);
        }
    }

    private void End(JobPhase phase)
    {
        State.Phase = phase;
        State.Ended = _time.GetUtcNow().UtcDateTime;
        Revision++;
    }

    private void AddAssembly(int file)
    {
        int unit = Plan.Shards + file;
        if (_missing[file] == 0 && !IsDone(unit) && !IsGivenUp(unit))
        {
            _waiting.Add(unit);
        }
    }

    private void CountShard(int shard, int sign)
    {
        _missing[Plan.AssemblyOf(shard) - Plan.Shards] -= sign;
        _shardsDone += sign;
        _bytesDone += sign * Plan.BytesOf(shard);
    }

    private bool IsDone(int unit) => (State.Done[unit / 8] & (1 << (unit % 8))) != 0;

    private bool IsGivenUp(int unit) => _failures.TryGetValue(unit, out UnitFailure? failure) && failure.IsGivenUp;

    private void SetDone(int unit, bool isDone) => State.Done[unit / 8] = (byte)(isDone ? State.Done[unit / 8] | (1 << (unit % 8)) : State.Done[unit / 8] & ~(1 << (unit % 8)));

    private void StoreFailures() => State.Failures = [.. _failures.Values];

    /// <summary>A unit that a silo works on.</summary>
    /// <param name="Silo">The silo.</param>
    /// <param name="Renewed">When it last told so.</param>
    /// <param name="Progress">How far it is.</param>
    private sealed record Lease(string Silo, long Renewed, UnitProgress Progress);
}

using KernelGen.Samples.TranslateCluster.Jobs;

namespace KernelGen.Samples.TranslateCluster.Tests;

/// <summary>Who does what of a job, and what is done: nothing is lost, nothing counts twice.</summary>
public sealed class JobLedgerTests
{
    private const int DeadAfter = 10;

    private readonly ManualTime _time = new();

    [Fact]
    public void Units_are_lent_once_and_in_order()
    {
        JobLedger ledger = Open(3000, 0, 1500);
        Assert.Equal(5, ledger.Plan.Shards);

        // The empty file has nothing to wait for, and is written last of these.
        List<int> units = [];
        while (ledger.Claim("a", "m") is { } unit)
        {
            units.Add(unit.Number);
        }

        Assert.Equal([0, 1, 2, 3, 4, 6], units);
    }

    [Fact]
    public void Ranges_of_shards_are_those_of_their_files()
    {
        JobLedger ledger = Open(2500, 0, 1000);
        Assert.Equal(
            [("in0", 0, 1000), ("in0", 1000, 2000), ("in0", 2000, 2500), ("in2", 0, 1000)],
            Enumerable.Range(0, ledger.Plan.Shards).Select(shard => (ShardUnit)ledger.Plan[shard]).Select(static shard => (shard.File.Input, (int)shard.From, (int)shard.To)));
    }

    [Fact]
    public void A_file_is_put_together_when_its_shards_are_done_and_parts_are_deleted_when_that_is_stored()
    {
        JobLedger ledger = Open(1500);
        Do(ledger, "a");
        Do(ledger, "a");
        var assembly = Assert.IsType<AssemblyUnit>(ledger.Claim("a", "m"));
        Assert.Equal((2, 0, "out0"), (assembly.Parts, assembly.FirstShard, assembly.Output));
        ledger.Complete(Progress(assembly.Number));
        Assert.Null(ledger.Claim("a", "m"));
        ledger.StoredRevision = ledger.Revision;
        Assert.IsType<CleanupUnit>(ledger.Claim("a", "m"));
        ledger.Complete(Progress(3));
        Assert.Equal(JobPhase.Done, ledger.State.Phase);
        Assert.NotNull(ledger.State.Ended);
    }

    [Fact]
    public void The_unit_of_a_silent_silo_is_lent_to_another_and_counts_once()
    {
        JobLedger ledger = Open(1000);
        Assert.Equal(0, ledger.Claim("frozen", "m")!.Number);
        _time.Advance(DeadAfter - 1);
        Assert.Empty(ledger.Renew("frozen", [Progress(0, 3)]));
        _time.Advance(DeadAfter - 1);
        Assert.Null(ledger.Claim("b", "m"));
        _time.Advance(2);
        Assert.Equal(0, ledger.Claim("b", "m")!.Number);
        Assert.Equal([0], ledger.Renew("frozen", [Progress(0, 5)]));
        ledger.Complete(Progress(0, 7));
        ledger.Complete(Progress(0, 7));
        Assert.Equal(7, ledger.Report().Sentences);
        Assert.Equal([0], ledger.Renew("b", [Progress(0, 6)]));
        Assert.Equal((1, 1000L), (ledger.Report().ShardsDone, ledger.Report().BytesRead));
    }

    [Fact]
    public void A_unit_is_given_up_and_tried_again_when_asked()
    {
        JobLedger ledger = Open(2000);
        for (int attempt = 0; attempt < JobLedger.Attempts; attempt++)
        {
            Assert.Equal(0, ledger.Claim("a", "m")!.Number);
            ledger.Fail("b", 0, "not its own");
            ledger.Fail("a", 0, "a broken line");
        }

        Do(ledger, "a");
        Assert.Equal(JobPhase.Failed, ledger.State.Phase);
        Assert.Null(ledger.Claim("a", "m"));
        JobReport report = ledger.Report();
        Assert.Equal((1, 1), (report.GivenUp, report.ShardsDone));
        Assert.Equal("in0, the lines that begin in bytes 0 to 999: a broken line (given up after 5 attempts)", Assert.Single(report.Failures));

        ledger.Retry();
        Do(ledger, "a");
        Assert.Equal((JobPhase.Running, 0), (ledger.State.Phase, ledger.Report().GivenUp));
        Assert.IsType<AssemblyUnit>(ledger.Claim("a", "m"));
    }

    [Fact]
    public void A_silo_that_leaves_gives_its_units_back_and_that_is_no_failure()
    {
        JobLedger ledger = Open(1000);
        ledger.Claim("a", "m");
        ledger.Release("b", [0]);
        Assert.Null(ledger.Claim("b", "m"));
        ledger.Release("a", [0]);
        Assert.Equal(0, ledger.Claim("b", "m")!.Number);
        Assert.Empty(ledger.Report().Failures);
    }

    [Fact]
    public void Parts_that_are_not_there_any_more_are_made_again()
    {
        JobLedger ledger = Open(2000);
        Do(ledger, "a");
        Do(ledger, "a");
        Assert.Equal(2, ledger.Claim("a", "m")!.Number);
        ledger.Lose(2, [1]);
        Assert.Equal(1, ledger.Report().ShardsDone);
        Do(ledger, "a");
        Assert.Equal(2, ledger.Claim("a", "m")!.Number);
    }

    [Fact]
    public void A_silo_with_another_model_gets_nothing_and_is_named()
    {
        JobLedger ledger = Open(2000);
        Assert.NotNull(ledger.Claim("a", "m"));
        Assert.Null(ledger.Claim("b", "another"));
        Assert.Equal("silo b gets nothing to do: it translates with another, this job with m", Assert.Single(ledger.Report().Failures));
    }

    [Fact]
    public void A_cancelled_job_waits_for_its_silos_and_then_deletes()
    {
        JobLedger ledger = Open(2000);
        ledger.Claim("a", "m");
        ledger.Cancel();
        ledger.StoredRevision = ledger.Revision;
        Assert.Null(ledger.Claim("b", "m"));
        Assert.Equal([0], ledger.Renew("a", [Progress(0)]));
        ledger.Complete(Progress(0));
        Assert.Equal(0, ledger.Report().ShardsDone);
        WorkUnit cleanup = Assert.IsType<CleanupUnit>(ledger.Claim("b", "m"));
        Assert.Empty(ledger.Renew("b", [Progress(cleanup.Number)]));
        ledger.Complete(Progress(cleanup.Number));
        Assert.Equal(JobPhase.Cancelled, ledger.State.Phase);
    }

    [Fact]
    public void A_ledger_that_is_opened_again_knows_what_is_done_and_lets_silos_go_on()
    {
        JobLedger before = Open(3000);
        Do(before, "a", sentences: 4);
        before.Claim("a", "m");
        var ledger = new JobLedger("job", before.State.Copy(), isResumed: true, TimeSpan.FromSeconds(DeadAfter), _time);
        Assert.Equal((1, 4L), (ledger.Report().ShardsDone, ledger.Report().Sentences));
        Assert.Null(ledger.Claim("b", "m"));
        Assert.Equal([0], ledger.Renew("a", [Progress(0), Progress(1)]));
        _time.Advance(DeadAfter / 2);
        Assert.Equal(2, ledger.Claim("b", "m")!.Number);
    }

    [Fact]
    public void An_empty_file_is_written_at_once()
    {
        JobLedger ledger = Open(0);
        Assert.Equal(0, Assert.IsType<AssemblyUnit>(ledger.Claim("a", "m")).Parts);
    }

    private static UnitProgress Progress(int unit, int sentences = 1) => new(unit, 10, sentences, sentences, 0);

    private static void Do(JobLedger ledger, string silo, int sentences = 1) => ledger.Complete(Progress(ledger.Claim(silo, "m")!.Number, sentences));

    private JobLedger Open(params int[] lengths) => new(
        "job",
        new JobState
        {
            Request = new JobRequest("in", "out", 1000, 1),
            Run = "run",
            Files = [.. lengths.Select(static (length, index) => new JobFile($"in{index}", $"out{index}", length, 0))],
        },
        isResumed: false,
        TimeSpan.FromSeconds(DeadAfter),
        _time);
}

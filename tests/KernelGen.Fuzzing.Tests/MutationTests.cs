using KernelGen.Fuzzing.Mutations;
using KernelGen.Fuzzing.Running;
using KernelGen.Fuzzing.Targets;
using KernelGen.Tests;

namespace KernelGen.Fuzzing.Tests;

/// <summary>Files made from valid ones by chance. README.md tells how to read a million of them.</summary>
public sealed class MutationTests
{
    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(static target => target.Name)];

    /// <summary>In a process of its own: what ends it is known by the journal.</summary>
    [Fact]
    public async Task Some_thousand_mutated_files_of_each_kind_are_refused_as_documented_or_harmless()
    {
        using var journal = new TemporaryFile();
        ChildProgram program = await ChildProgram.Run("KernelGen.Fuzzing", "", "mutate", "--files", "1000", "--journal", journal.Path);
        Assert.True(program.ExitCode == 0, $"Exit status {program.ExitCode}, the last file was: {Journal.Read(journal.Path)}\n{program.Everything}");
        TestContext.Current.SendDiagnosticMessage(program.Everything);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_file_that_others_are_made_from_is_accepted_however_it_is_used(string name)
    {
        FuzzTarget target = FuzzTarget.All.Single(target => target.Name == name);
        using var run = new MutationRun(journal: null, findings: null);
        int files = 0;
        var result = new RunResult();
        foreach (byte[] seed in target.Seeds)
        {
            for (int variant = 0; variant < 96; variant++, files++)
            {
                run.RunOne(target, seed, variant, $"{variant}", result);
            }
        }

        Assert.Empty(result.Findings);
        Assert.Equal(files, result.Accepted);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Mutation_is_the_same_again_and_leaves_some_files_valid_and_most_not(string name)
    {
        FuzzTarget target = FuzzTarget.All.Single(target => target.Name == name);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(FileMutation.Create(target, 1, i), FileMutation.Create(target, 1, i));
        }

        using var run = new MutationRun(journal: null, findings: null);
        RunResult result = run.Run(target, seed: 2, first: 0, count: 200);
        Assert.Empty(result.Findings);
        Assert.Equal(200, result.Files);
        Assert.InRange(result.Accepted, 2, 150);
    }

    [Fact]
    public void What_breaks_the_rule_is_found()
    {
        Assert.Contains("IndexOutOfRangeException", Finding(static () => throw new IndexOutOfRangeException()));
        Assert.Contains("bytes were allocated", Finding(static () => GC.KeepAlive(new byte[8 << 20])));
        Assert.Contains("does not begin with 'The stream'", Finding(static () => Refusal.Check(new InvalidDataException("Wrong."), "The stream")));
        Assert.Contains("control characters", Finding(static () => Refusal.Check(new InvalidDataException("The stream \u001b[31m"), "The stream")));
        Assert.Contains("5011 characters", Finding(static () => Refusal.Check(new InvalidDataException("The stream " + new string('x', 5000)), "The stream")));

        static string Finding(Action action)
        {
            using var run = new MutationRun(journal: null, findings: null);
            var result = new RunResult();
            run.RunOne(new Broken(action), [1, 2, 3], 0, "", result);
            return Assert.Single(result.Findings);
        }
    }

    /// <summary>A byte outside of the file ends the process, on either side, and the journal knows at which file.</summary>
    [Theory]
    [InlineData("behind")]
    [InlineData("before")]
    public async Task A_read_outside_of_the_file_ends_the_process_and_is_known(string side)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no inaccessible pages around files.");
        using var journal = new TemporaryFile();
        ChildProgram program = await ChildProgram.Run("KernelGen.Fuzzing", "", "overrun", side, "--journal", journal.Path);
        Assert.NotInRange(program.ExitCode, 0, 4);
        Assert.DoesNotContain("could be read", program.Everything);
        Assert.Equal("replay overrun --seed 1 --index 7", Journal.Read(journal.Path));
    }

    private sealed class Broken(Action action) : FuzzTarget
    {
        public override string Name => "broken";

        public override IReadOnlyList<byte[]> Seeds => [[]];

        public override byte[] Mutate(Random random, byte[] file) => file;

        public override bool Run(ReadOnlySpan<byte> file, int variant)
        {
            action();
            return true;
        }
    }
}

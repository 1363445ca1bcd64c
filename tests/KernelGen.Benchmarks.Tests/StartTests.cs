using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Report;
using KernelGen.Benchmarks.Start;

namespace KernelGen.Benchmarks.Tests;

/// <summary>The programs whose start is measured: what they are asked, what they generate from, and what is said where they cannot be published.</summary>
public sealed class StartTests
{
    private static readonly Selection Selection = new()
    {
        Cases = [ModelCase.Small],
        Batches = [1],
        Precisions = [WeightPrecision.Float32],
        InstructionSet = InstructionSets.Best,
        ModelSeconds = 0.1,
        KernelSeconds = 0.1,
        IsQuick = true,
    };

    [Fact]
    public void First_token_is_all_that_is_generated()
    {
        StartArguments arguments = StartArguments.Read(["first", "small", "weights", "--precision", "int8", "--memory"])!;
        Assert.Equal(
            new StartArguments { IsFirst = true, Model = Small.Description, Path = "weights", Precision = WeightPrecision.Int8, PrintsMemory = true },
            arguments);
        Assert.Equal(1, arguments.TargetLength);
    }

    [Fact]
    public void Batch_generates_whole_targets()
    {
        StartArguments arguments = StartArguments.Read(["generate", "student", "weights", "--batch", "32"])!;
        Assert.Equal(new StartArguments { IsFirst = false, Model = Student.Description, Path = "weights", Batch = 32 }, arguments);
        Assert.Equal(FixedSources.Length, arguments.TargetLength);
    }

    [Theory]
    [InlineData("")]
    [InlineData("first small")]
    [InlineData("second small weights")]
    [InlineData("first huge weights")]
    [InlineData("first small weights --batch 2")]
    [InlineData("generate small weights --batch 0")]
    [InlineData("generate small weights --batch")]
    [InlineData("generate small weights --memory")]
    [InlineData("first small weights --precision int3")]
    [InlineData("first small weights more")]
    public void Anything_else_is_refused(string commandLine) => Assert.Null(StartArguments.Read(commandLine.Split(' ')));

    [Theory]
    [InlineData(128)]
    [InlineData(32000)]
    public void Sources_have_no_special_tokens_and_are_not_alike(int vocabularySize)
    {
        int[][] sources = FixedSources.Create(32, vocabularySize);
        Assert.All(sources, source => Assert.Equal(FixedSources.Length, source.Distinct().Count()));
        Assert.All(sources.SelectMany(static source => source), token => Assert.InRange(token, 3, vocabularySize - 1));
        Assert.Equal(32, sources.DistinctBy(static source => string.Join(' ', source)).Count());
        Assert.Equal(sources[0], FixedSources.Create(1, vocabularySize)[0]);
    }

    [Fact]
    public void Median_is_the_middle_of_the_sorted_times() => Assert.Equal(new Times(1, 3), Times.Of([5, 1, 3]));

    [Fact]
    public void Programs_that_cannot_be_published_are_left_out_and_named()
    {
        string nowhere = Path.Combine(Path.GetTempPath(), "kernelgen-no-such-repository");
        IReadOnlyList<Section> sections = StartSections.Measure(Selection, new Folders(nowhere, nowhere), kept: null, out bool isSameWork, out bool isComplete);
        Assert.True(isSameWork);
        Assert.False(isComplete);
        Assert.All(sections, static section => Assert.Empty(section.Rows));
        Assert.Equal(3, sections[0].Notes.Count(static note => note.StartsWith("Left out: KernelGen.Benchmarks.Start", StringComparison.Ordinal)));
    }
}

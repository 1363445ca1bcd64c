using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Kernels;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>The choice of the instruction set. It changes a variable of the process, so nothing runs beside it.</summary>
[Collection(nameof(InstructionSetTests))]
[CollectionDefinition(nameof(InstructionSetTests), DisableParallelization = true)]
public sealed class InstructionSetTests : IDisposable
{
    private readonly string? _variable = Environment.GetEnvironmentVariable(InstructionSets.EnvironmentVariable);

    public InstructionSetTests() => Environment.SetEnvironmentVariable(InstructionSets.EnvironmentVariable, null);

    public static TheoryData<InstructionSet> All => [.. Enum.GetValues<InstructionSet>()];

    public void Dispose() => Environment.SetEnvironmentVariable(InstructionSets.EnvironmentVariable, _variable);

    [Fact]
    public void Without_a_choice_a_model_runs_with_the_best()
    {
        using GoldenVanilla model = Load(null);
        Assert.Equal(InstructionSets.Best, model.InstructionSet);
        Assert.True(InstructionSets.IsSupported(InstructionSets.Best));
    }

    [Fact]
    public void Support_is_what_the_process_has()
    {
        Assert.True(InstructionSets.IsSupported(InstructionSet.Portable));
        Assert.Equal(Avx2.IsSupported && Fma.IsSupported, InstructionSets.IsSupported(InstructionSet.Avx2));
        Assert.True(Avx512F.IsSupported || !InstructionSets.IsSupported(InstructionSet.Avx512));
        Assert.True(Vector512.IsHardwareAccelerated || !InstructionSets.IsSupported(InstructionSet.Avx512));
        Assert.False(InstructionSets.IsSupported((InstructionSet)99));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Generated_kernels_and_runtime_agree_on_what_is_supported(InstructionSet instructionSet)
    {
        foreach (DeclaredModel model in DeclaredModels.All)
        {
            KernelSet kernels = Assert.Single(model.Kernels, kernels => kernels.InstructionSet == instructionSet);
            Assert.Equal(InstructionSets.IsSupported(instructionSet), kernels.IsSupported);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_forced_instruction_set_is_taken_or_refused(InstructionSet instructionSet)
    {
        if (InstructionSets.IsSupported(instructionSet))
        {
            using GoldenVanilla model = Load(new ModelLoadOptions { InstructionSet = instructionSet });
            Assert.Equal(instructionSet, model.InstructionSet);
        }
        else
        {
            // Real where the CPU lacks it, or with DOTNET_EnableAVX512=0 or DOTNET_EnableAVX2=0.
            PlatformNotSupportedException exception =
                Assert.Throws<PlatformNotSupportedException>(() => Load(new ModelLoadOptions { InstructionSet = instructionSet }));
            Assert.Contains(instructionSet.ToString(), exception.Message);
            Assert.Contains(nameof(InstructionSet.Portable), exception.Message);
        }
    }

    [Fact]
    public void An_instruction_set_that_does_not_exist_is_refused() =>
        Assert.Throws<PlatformNotSupportedException>(() => Load(new ModelLoadOptions { InstructionSet = (InstructionSet)99 }));

    [Theory]
    [MemberData(nameof(All))]
    public void Instruction_sets_are_read_by_their_names(InstructionSet instructionSet)
    {
        string name = instructionSet.ToString();
        Assert.All([name, name.ToLowerInvariant(), name.ToUpperInvariant()], spelling =>
        {
            Assert.True(InstructionSets.TryParse(spelling, out InstructionSet read));
            Assert.Equal(instructionSet, read);
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sse")]
    [InlineData("1")]
    [InlineData(" avx2")]
    public void What_names_no_instruction_set_is_not_read(string? name) => Assert.False(InstructionSets.TryParse(name, out _));

    [Theory]
    [MemberData(nameof(All))]
    public void The_environment_variable_forces_an_instruction_set(InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        foreach (string spelling in new[] { instructionSet.ToString(), instructionSet.ToString().ToLowerInvariant(), instructionSet.ToString().ToUpperInvariant() })
        {
            Environment.SetEnvironmentVariable(InstructionSets.EnvironmentVariable, spelling);
            using GoldenVanilla model = Load(null);
            Assert.Equal(instructionSet, model.InstructionSet);
        }
    }

    [Theory]
    [InlineData("sse")]
    [InlineData("1")]
    [InlineData("avx2,avx512")]
    public void An_environment_variable_that_names_nothing_is_refused(string value)
    {
        Environment.SetEnvironmentVariable(InstructionSets.EnvironmentVariable, value);
        PlatformNotSupportedException exception = Assert.Throws<PlatformNotSupportedException>(() => Load(null));
        Assert.Contains(InstructionSets.EnvironmentVariable, exception.Message);
        Assert.Contains(value, exception.Message);
    }

    [Fact]
    public void Options_win_over_the_environment_variable()
    {
        Environment.SetEnvironmentVariable(InstructionSets.EnvironmentVariable, "nonsense");
        using GoldenVanilla model = Load(new ModelLoadOptions { InstructionSet = InstructionSet.Portable });
        Assert.Equal(InstructionSet.Portable, model.InstructionSet);
    }

    private static GoldenVanilla Load(ModelLoadOptions? options) =>
        GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)), options);
}

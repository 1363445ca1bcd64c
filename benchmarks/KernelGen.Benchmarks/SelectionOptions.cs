using System.CommandLine;
using KernelGen.Benchmarks.Models;

namespace KernelGen.Benchmarks;

/// <summary>The options that choose what is measured.</summary>
internal sealed class SelectionOptions
{
    private const double QuickModelSeconds = 0.2, QuickKernelSeconds = 0.02;

    private readonly Option<string[]> _cases = new("--case") { Description = "Only these models; otherwise all.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int[]> _batches = new("--batch")
    {
        Description = "Sources a call; 1 and 32 unless given.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [1, 32],
    };

    private readonly Option<string[]> _precisions = new("--precision") { Description = "Only weights stored so: float32, bfloat16, int8, int4; float32 and int8 unless given.", AllowMultipleArgumentsPerToken = true };

    public SelectionOptions()
    {
        _cases.AcceptOnlyFromAmong([.. ModelCase.All.Select(static model => model.Name)]);
        _precisions.AcceptOnlyFromAmong([.. Enum.GetValues<WeightPrecision>().Select(static precision => precision.Name())]);
        Isa.AcceptOnlyFromAmong("avx512", "avxvnni", "avx2", "portable");
        Isa.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string>() is { } name && !InstructionSets.IsSupported(InstructionSetOf(name)))
            {
                result.AddError($"--isa {name} cannot be used: this CPU lacks it, or the runtime was told not to use it");
            }
        });
        _batches.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int[]>()!.Any(static batch => batch < 1))
            {
                result.AddError("--batch is at least 1");
            }
        });
        Seconds.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= 3600))
            {
                result.AddError("--seconds is above 0, and at most 3600");
            }
        });
    }

    /// <summary>For each contender of a whole model.</summary>
    public Option<double> Seconds { get; } = new("--seconds") { Description = "Seconds of measuring for each model and contender.", DefaultValueFactory = _ => 10 };

    /// <summary>What KernelGen computes with.</summary>
    public Option<string> Isa { get; } = new("--isa") { Description = "What KernelGen computes with; the widest here unless given." };

    /// <summary>Shows that all works.</summary>
    public Option<bool> Quick { get; } = new("--quick") { Description = "Short measurements of a small model: shows that all works, and says little about speed." };

    public void AddTo(Command command)
    {
        Option[] all = [_cases, _batches, _precisions, Isa, Seconds, Quick];
        Array.ForEach(all, command.Options.Add);
    }

    public double SecondsOf(ParseResult result) => result.GetValue(Quick) ? QuickModelSeconds : result.GetValue(Seconds);

    public InstructionSet InstructionSetOf(ParseResult result) => InstructionSetOf(result.GetValue(Isa));

    public Selection Of(ParseResult result)
    {
        bool isQuick = result.GetValue(Quick);
        string[] cases = result.GetValue(_cases) is { Length: > 0 } given ? given
            : isQuick ? [ModelCase.Small.Name]
            : [.. ModelCase.All.Select(static model => model.Name)];
        string[] precisions = result.GetValue(_precisions) is { Length: > 0 } chosen ? chosen : [WeightPrecision.Float32.Name(), WeightPrecision.Int8.Name()];
        return new Selection
        {
            Cases = [.. ModelCase.All.Where(model => cases.Contains(model.Name))],
            Batches = result.GetValue(_batches)!,
            Precisions = [.. Enum.GetValues<WeightPrecision>().Where(precision => precisions.Contains(precision.Name()))],
            InstructionSet = InstructionSetOf(result),
            ModelSeconds = SecondsOf(result),
            KernelSeconds = isQuick ? QuickKernelSeconds : 0.3,
            IsQuick = isQuick,
        };
    }

    private static InstructionSet InstructionSetOf(string? name) =>
        InstructionSets.TryParse(name, out InstructionSet instructionSet) ? instructionSet : InstructionSets.Best;
}

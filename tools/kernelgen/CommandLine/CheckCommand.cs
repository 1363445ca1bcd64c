using System.CommandLine;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Tool.Declarations;
using KernelGen.Tool.Weights;
using Spectre.Console;

namespace KernelGen.Tool.CommandLine;

/// <summary>Says whether weights fit a declaration, and which tensors do not.</summary>
internal sealed class CheckCommand : Command
{
    private readonly Argument<string> _file = CommonArguments.Weights("A checkpoint, a packed file, or a folder with weights.");
    private readonly DeclarationOptions _declaration = new();
    private readonly Option<bool> _json = CommonArguments.Json();
    private readonly Terminal _terminal;

    public CheckCommand(Terminal terminal)
        : base("check", "Check whether weights fit a declaration. Ends with 1 when they do not.")
    {
        _terminal = terminal;
        Add(_file);
        _declaration.AddTo(this);
        Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult result)
    {
        using WeightsFile weights = WeightsFile.Open(result.GetRequiredValue(_file));
        ModelDeclaration declaration = DeclarationSource.Find(weights, _declaration.Read(result));
        CompiledModel model = DeclarationCompiler.Compile(declaration);
        var report = new CheckReport(weights.Path, declaration.From, [.. FindProblems(weights, model)]);
        if (result.GetValue(_json))
        {
            _terminal.WriteJson(report);
        }
        else
        {
            Show(report, declaration);
        }

        return report.Fits ? ExitCode.Success : ExitCode.CheckFailed;
    }

    private static IEnumerable<CheckProblem> FindProblems(WeightsFile weights, CompiledModel model)
    {
        ModelDescription description = model.Description;
        if (weights.Checkpoint is { } checkpoint)
        {
            return CheckpointTensors.FindProblems(checkpoint, description).Select(static problem => new CheckProblem(problem.TensorName, problem.Message));
        }

        try
        {
            using EncoderDecoder loaded = model.Load(weights.Path, new ModelLoadOptions { VerifyChecksum = true });
            return [];
        }
        catch (InputException exception) when (exception.InnerException is CheckpointException)
        {
            return [new CheckProblem(null, exception.Message)];
        }
    }

    private void Show(CheckReport report, ModelDeclaration declaration)
    {
        if (report.Fits)
        {
            _terminal.WriteLine($"{report.File} fits what {report.Declaration} says.");
            if (declaration.Assumed.Any())
            {
                _terminal.WriteLine($"No tensor tells {string.Join(", ", declaration.Assumed.Select(static property => property.Name))}.");
            }

            return;
        }

        Table table = Terminal.Table(("tensor", false), ("what is wrong", false));
        table.Columns[1].NoWrap = false;
        foreach (CheckProblem problem in report.Problems)
        {
            Terminal.AddRow(table, problem.Tensor ?? "", problem.Message);
        }

        _terminal.Rich.Write(table);
        _terminal.WriteLine($"{report.File} does not fit what {report.Declaration} says: {report.Problems.Count} {(report.Problems.Count == 1 ? "problem" : "problems")}.");
    }
}

/// <summary>Whether weights fit a declaration.</summary>
/// <param name="File">The weights.</param>
/// <param name="Declaration">Where the declaration is from.</param>
/// <param name="Problems">What does not fit.</param>
internal sealed record CheckReport(string File, string Declaration, IReadOnlyList<CheckProblem> Problems)
{
    public bool Fits => Problems.Count == 0;
}

/// <summary>What does not fit.</summary>
/// <param name="Tensor">The tensor at fault, or <see langword="null"/>.</param>
/// <param name="Message">What is wrong, and what to do.</param>
internal sealed record CheckProblem(string? Tensor, string Message);

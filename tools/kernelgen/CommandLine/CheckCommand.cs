using System.CommandLine;
using KernelGen.Checkpoints;
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
        CheckReport report = CheckReport.Of(weights, declaration, DeclarationCompiler.Compile(declaration));
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

    private void Show(CheckReport report, ModelDeclaration declaration)
    {
        if (report.Fits)
        {
            _terminal.WriteLine($"{report.File} fits what {report.Declaration} says.");
            if (declaration.Assumed.Any())
            {
                _terminal.WriteLine($"No tensor tells {string.Join(", ", declaration.Assumed.Select(static property => property.Name))}.");
            }
        }
        else
        {
            ShowProblems(report);
        }

        foreach (string notice in report.Notices)
        {
            _terminal.WriteLine($"Note: {notice}");
        }
    }

    private void ShowProblems(CheckReport report)
    {
        _terminal.WriteLine($"{report.File} does not fit what {report.Declaration} says: {report.Problems.Count} {(report.Problems.Count == 1 ? "problem" : "problems")}.");
        foreach (string cause in report.Causes)
        {
            _terminal.WriteLine($"{cause}.");
        }

        if (report.Problems is [var only])
        {
            _terminal.WriteLine(only.Message);
            return;
        }

        Table table = Terminal.Table(("tensor", false), ("what is wrong", false));
        table.Columns[1].NoWrap = false;
        foreach (CheckProblem problem in report.Problems)
        {
            Terminal.AddRow(table, problem.Tensor ?? "", problem.Brief);
        }

        _terminal.Rich.Write(table);
        if (report.Causes.Count == 0)
        {
            _terminal.WriteLine(report.Problems[0].Message);
        }
    }
}

/// <summary>Whether weights fit a declaration.</summary>
/// <param name="File">The weights.</param>
/// <param name="Declaration">Where the declaration is from.</param>
/// <param name="Causes">What explains several problems, most first.</param>
/// <param name="Problems">What does not fit.</param>
/// <param name="Notices">What is worth knowing though it fits.</param>
internal sealed record CheckReport(string File, string Declaration, IReadOnlyList<string> Causes, IReadOnlyList<CheckProblem> Problems, IReadOnlyList<string> Notices)
{
    public bool Fits => Problems.Count == 0;

    /// <summary>Checks weights.</summary>
    public static CheckReport Of(WeightsFile weights, ModelDeclaration declaration, CompiledModel model)
    {
        if (weights.Checkpoint is { } checkpoint)
        {
            CheckpointProblems problems = CheckpointTensors.FindProblems(checkpoint, model.Description);
            return new CheckReport(
                weights.Path,
                declaration.From,
                [.. problems.Causes.Select(static cause => cause.Message)],
                [.. problems.Select(static problem => new CheckProblem(problem.TensorName, problem.Message, problem.Brief))],
                problems.Notices);
        }

        try
        {
            using TransformerModel loaded = model.Load(weights.Path, new ModelLoadOptions { VerifyChecksum = true });
            return new CheckReport(weights.Path, declaration.From, [], [], loaded.Notices);
        }
        catch (InputException exception) when (exception.InnerException is CheckpointException)
        {
            return new CheckReport(weights.Path, declaration.From, [], [new CheckProblem(null, exception.Message, exception.Message)], []);
        }
    }
}

/// <summary>What does not fit.</summary>
/// <param name="Tensor">The tensor at fault, or <see langword="null"/>.</param>
/// <param name="Message">What is wrong, and what to do.</param>
/// <param name="Brief">What is wrong, beside the tensor's name.</param>
internal sealed record CheckProblem(string? Tensor, string Message, string Brief);

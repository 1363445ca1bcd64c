using System.CommandLine;
using System.Globalization;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Roofline;
using KernelGen.Execution;
using KernelGen.Tool.Declarations;
using KernelGen.Tool.Measuring;
using KernelGen.Tool.Weights;
using Spectre.Console;

namespace KernelGen.Tool.CommandLine;

/// <summary>Measures a model on this machine, against what one core can do.</summary>
internal sealed class BenchCommand : Command
{
    private const double SecondsPerLimit = 0.2;
    private static readonly int[] Batches = [1, 32];

    private readonly Argument<string> _file = CommonArguments.Weights("A checkpoint, a packed file, or a folder with weights.");
    private readonly Option<WeightPrecision?> _precision = CommonArguments.Precision("How a checkpoint's weights are stored (default: float32). A packed file has its own.");
    private readonly Option<int> _sourceLength = Positive("--source-length", "The tokens of each source.", 24);
    private readonly Option<int> _maxLength = Positive("--max-length", "The most tokens that are generated for each source.", 24);
    private readonly Option<int> _seconds = Positive("--seconds", "How long to measure each batch size.", 2);
    private readonly DeclarationOptions _declaration = new();
    private readonly Option<bool> _json = CommonArguments.Json();
    private readonly Terminal _terminal;

    public BenchCommand(Terminal terminal)
        : base("bench", "Measure a model on one core of this machine, with one source and with 32 a call, against the measured peak and bandwidth.")
    {
        _terminal = terminal;
        Add(_file);
        Add(_precision);
        Add(_sourceLength);
        Add(_maxLength);
        Add(_seconds);
        _declaration.AddTo(this);
        Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult result)
    {
        string file = result.GetRequiredValue(_file);
        (ModelDeclaration declaration, WeightPrecision? stored) = FindDeclaration(file, _declaration.Read(result));
        CompiledModel compiled = DeclarationCompiler.Compile(declaration);
        using EncoderDecoder model = compiled.LoadOfText(file, Name, new ModelLoadOptions { Precision = result.GetValue(_precision) });
        ModelDescription description = compiled.Description;
        WeightPrecision precision = stored ?? result.GetValue(_precision) ?? WeightPrecision.Float32;
        using var machine = new MachineLimits(model.InstructionSet, SecondsPerLimit);
        int sourceLength = Math.Min(result.GetValue(_sourceLength), description.MaxSourceLength);
        int maxLength = Math.Min(result.GetValue(_maxLength), description.MaxTargetLength);
        ModelSpeed[] speeds = [.. Batches.Select(batch =>
            ModelSpeed.Measure(model, description, precision, machine, batch, sourceLength, maxLength, result.GetValue(_seconds)))];
        var report = new BenchReport(
            file,
            precision.Name(),
            model.InstructionSet,
            declaration.ToSource(),
            machine.FlopsPerSecond / 1e9,
            machine.Int8PerSecond / 1e9,
            [.. machine.Levels.Select(level => new LevelSpeed(level.Name, machine.BytesPerSecond(level) / 1e9))],
            description.ScreensOutput,
            speeds);
        if (result.GetValue(_json))
        {
            _terminal.WriteJson(report);
        }
        else
        {
            Show(report, declaration);
        }

        return ExitCode.Success;
    }

    private static Option<int> Positive(string name, string description, int value)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "number", DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, CultureInfo.InvariantCulture, out int number) && number < 1)
            {
                result.AddError($"{name} is {number}; it must be at least 1.");
            }
        });
        return option;
    }

    private static (ModelDeclaration Declaration, WeightPrecision? Stored) FindDeclaration(string file, GivenDeclaration given)
    {
        using WeightsFile weights = WeightsFile.Open(file);
        return (DeclarationSource.Find(weights, given), weights.Packed?.Precision);
    }

    private void Show(BenchReport report, ModelDeclaration declaration)
    {
        string reading = string.Join(", ", report.GigabytesPerSecond.Select(static level => string.Create(CultureInfo.InvariantCulture, $"{level.Level} {level.GigabytesPerSecond:F0} GB/s")));
        string int8 = report.GigaInt8PerSecond is { } operations ? string.Create(CultureInfo.InvariantCulture, $", int8 {operations:F0} Gop/s") : "";
        _terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"One core with {report.InstructionSet}: float32 {report.GigaflopsPerSecond:F0} GFLOP/s{int8}; reading {reading}."));
        _terminal.WriteLine($"{report.File}, {report.Precision}, greedy, one thread:");
        Table table = Terminal.Table(
            ("sources a call", true), ("tokens in", true), ("tokens out", true), ("ms a sentence", true), ("tokens/s", true), ("limit, ms", true), ("of limit", true), ("bound by", false));
        foreach (ModelSpeed speed in report.Speeds)
        {
            Terminal.AddRow(
                table,
                Number(speed.Batch, "F0"),
                Number(speed.SourceLength, "F0"),
                Number((double)speed.GeneratedTokens / speed.Batch, "F1"),
                Number(speed.MillisecondsPerSentence, "G3"),
                Number(speed.TokensPerSecond, "F0"),
                Number(speed.LimitMilliseconds, "G3"),
                Number(speed.PercentOfLimit, "F0") + " %",
                speed.BoundBy);
        }

        _terminal.Rich.Write(table);
        _terminal.WriteLine("The limit is that of the matrix products: their arithmetic at the peak, or their weights at the bandwidth of the memory that they fit into.");
        if (report.ScreensOutput)
        {
            _terminal.WriteLine("It reads the whole output projection; greedy search screens it by a smaller copy, and may be faster.");
        }

        if (declaration.Assumed.Any())
        {
            _terminal.WriteLine($"The file does not tell {string.Join(", ", declaration.Assumed.Select(static property => $"{property.Name} (taken: {property.Value})"))}.");
        }
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>How fast a model is on this machine.</summary>
/// <param name="File">The weights.</param>
/// <param name="Precision">How they are stored.</param>
/// <param name="InstructionSet">What computes.</param>
/// <param name="Declaration">The declaration, as C# source.</param>
/// <param name="GigaflopsPerSecond">The fused multiply-add peak of one core, a multiplication and an addition counted as two.</param>
/// <param name="GigaInt8PerSecond">The same for 8-bit numbers, where there are instructions for them.</param>
/// <param name="GigabytesPerSecond">How fast one core reads each level of memory.</param>
/// <param name="ScreensOutput">Whether greedy search screens the output projection.</param>
/// <param name="Speeds">The model, with each number of sources a call.</param>
internal sealed record BenchReport(
    string File,
    string Precision,
    InstructionSet InstructionSet,
    string Declaration,
    double GigaflopsPerSecond,
    double? GigaInt8PerSecond,
    IReadOnlyList<LevelSpeed> GigabytesPerSecond,
    bool ScreensOutput,
    IReadOnlyList<ModelSpeed> Speeds);

/// <summary>How fast a level of memory is read.</summary>
internal sealed record LevelSpeed(string Level, double GigabytesPerSecond);

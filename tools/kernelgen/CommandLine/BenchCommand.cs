using System.CommandLine;
using System.Globalization;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Roofline;
using KernelGen.Execution;
using KernelGen.Recipes;
using KernelGen.Tool.Declarations;
using KernelGen.Tool.Measuring;
using KernelGen.Tool.Weights;
using Spectre.Console;

namespace KernelGen.Tool.CommandLine;

/// <summary>Measures a model on this machine, against what one core can do.</summary>
internal sealed class BenchCommand : Command
{
    private const double SecondsPerLimit = 0.2;
    private const int TextLength = 24, SpeechLength = 60, Seconds = 2;
    private static readonly int[] Batches = [1, 32];

    private readonly Argument<string> _file = CommonArguments.Weights("A checkpoint, a packed file, or a folder with weights.");
    private readonly Option<WeightPrecision?> _precision = CommonArguments.Precision("How a checkpoint's weights are stored (default: float32). A packed file has its own.");
    private readonly Option<int?> _sourceLength = Positive("--source-length", $"The tokens of each source (default: {TextLength}); of sound the positions of the encoder (default: as many as it takes).");
    private readonly Option<int?> _maxLength = Positive("--max-length", $"The most tokens that are generated for each source (default: {TextLength}, of sound {SpeechLength}).");
    private readonly Option<int?> _seconds = Positive("--seconds", $"How long to measure each batch size, and each stage of a model of speech (default: {Seconds}).");
    private readonly DeclarationOptions _declaration = new();
    private readonly Option<bool> _json = CommonArguments.Json();
    private readonly Terminal _terminal;

    public BenchCommand(Terminal terminal)
        : base("bench", "Measure a model on one core of this machine against the measured peak and bandwidth: of text with one source and with 32 a call, of speech its encoder and decoder.")
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
        using TransformerModel model = compiled.Load(file, new ModelLoadOptions { Precision = result.GetValue(_precision) });
        ModelDescription description = compiled.Description;
        WeightPrecision precision = stored ?? result.GetValue(_precision) ?? WeightPrecision.Float32;
        using var machine = new MachineLimits(model.InstructionSet, SecondsPerLimit);
        int? sourceLength = result.GetValue(_sourceLength);
        int maxLength = Math.Min(result.GetValue(_maxLength) ?? (description.IsSpeech ? SpeechLength : TextLength), description.MaxTargetLength);
        int seconds = result.GetValue(_seconds) ?? Seconds;
        ModelSpeed[]? speeds = model is EncoderDecoder text
            ? [.. Batches.Select(batch => ModelSpeed.Measure(text, description, precision, machine, batch, Math.Min(sourceLength ?? TextLength, description.MaxSourceLength), maxLength, seconds))]
            : null;
        SpeechSpeed? heard = model is SpeechModel speech
            ? SpeechSpeed.Measure(speech, description, precision, machine, FrontEnd.Of(description).MostFrames(Math.Min(sourceLength ?? int.MaxValue, description.MaxSourceLength)), maxLength, seconds)
            : null;
        var report = new BenchReport(
            file,
            precision.Name(),
            model.InstructionSet,
            declaration.ToSource(),
            machine.FlopsPerSecond / 1e9,
            machine.Int8PerSecond / 1e9,
            [.. machine.Levels.Select(level => new LevelSpeed(level.Name, machine.BytesPerSecond(level) / 1e9))],
            description.ScreensOutput,
            speeds,
            heard);
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

    private static Option<int?> Positive(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "number" };
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
        if (report.Speeds is { } speeds)
        {
            ShowText(speeds);
        }

        if (report.Speech is { } speech)
        {
            ShowSpeech(speech);
        }

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

    private void ShowText(IEnumerable<ModelSpeed> speeds)
    {
        Table table = Terminal.Table(
            ("sources a call", true), ("tokens in", true), ("tokens out", true), ("ms a sentence", true), ("tokens/s", true), ("limit, ms", true), ("of limit", true), ("bound by", false));
        foreach (ModelSpeed speed in speeds)
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
    }

    private void ShowSpeech(SpeechSpeed speed)
    {
        Table table = Terminal.Table(("stage", false), ("ms", true), ("limit, ms", true), ("of limit", true), ("bound by", false));
        AddStage(table, $"encoder, {speed.Positions} positions", speed.Encoder);
        AddStage(table, $"a token of {speed.GeneratedTokens}", speed.Token);
        _terminal.Rich.Write(table);
        _terminal.WriteLine($"{Number(speed.TokensPerSecond, "F0")} tokens a second. A token reads the keys and values of the sound, too.");
    }

    private static void AddStage(Table table, string name, StageSpeed stage) => Terminal.AddRow(
        table, name, Number(stage.Milliseconds, "G3"), Number(stage.LimitMilliseconds, "G3"), Number(stage.PercentOfLimit, "F0") + " %", stage.BoundBy);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

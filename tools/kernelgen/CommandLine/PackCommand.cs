using System.CommandLine;
using System.Globalization;
using KernelGen.Benchmarks.Models;
using KernelGen.Packing;
using KernelGen.Tool.Declarations;
using KernelGen.Tool.Measuring;
using KernelGen.Tool.Weights;
using Spectre.Console;

namespace KernelGen.Tool.CommandLine;

/// <summary>Writes a packed file, and measures what its precision costs.</summary>
internal sealed class PackCommand : Command
{
    private readonly Argument<string> _file = CommonArguments.Weights("A checkpoint, or a folder with one.");

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The packed file to write; one that is there is replaced.",
        HelpName = "file",
        Required = true,
    };

    private readonly Option<WeightPrecision?> _precision = CommonArguments.Precision("How the weights of linear layers are stored (default: float32).");
    private readonly Option<double?> _budget = new("--budget")
    {
        Description = "With int4, the largest relative error that 4 bits may make in the weights of a layer; one with a larger error keeps 8 bits "
            + $"(default: {FourBitLayer.DefaultBudget.ToString(CultureInfo.InvariantCulture)}).",
        HelpName = "error",
    };

    private readonly Option<bool> _noScreen = new("--no-screen") { Description = "Leave out the smaller copy of the output projection that makes greedy search faster." };
    private readonly DeclarationOptions _declaration = new();
    private readonly Option<bool> _json = CommonArguments.Json();
    private readonly Terminal _terminal;

    public PackCommand(Terminal terminal)
        : base("pack", "Write a checkpoint as a packed file, which loads at once, in any precision; and measure its error against float32 on random sources.")
    {
        _terminal = terminal;
        Add(_file);
        Add(_output);
        Add(_precision);
        _budget.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }] && double.TryParse(text, CultureInfo.InvariantCulture, out double budget) && !(budget >= 0 && double.IsFinite(budget)))
            {
                result.AddError($"--budget is {text}; it is a relative error, such as 0.1, and not below 0.");
            }
        });
        Add(_budget);
        Add(_noScreen);
        _declaration.AddTo(this);
        Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult result)
    {
        string output = result.GetRequiredValue(_output);
        if (Directory.Exists(output))
        {
            throw new InputException($"'{output}' is a folder: give the file to write, such as '{Path.Combine(output, "model.packed")}'.");
        }

        WeightPrecision precision = result.GetValue(_precision) ?? WeightPrecision.Float32;
        double? budget = result.GetValue(_budget);
        if (budget is not null && precision != WeightPrecision.Int4)
        {
            throw new InputException($"--budget is for --precision int4, and this is {precision.Name()}.");
        }

        (ModelDeclaration declaration, string input, long inputBytes) = Find(result.GetRequiredValue(_file), output, _declaration.Read(result));
        CompiledModel compiled = DeclarationCompiler.Compile(declaration);
        using TransformerModel exact = compiled.Load(input);
        using (TransformerModel packed = compiled.Load(input, new ModelLoadOptions { Precision = precision, Int4Budget = budget, ScreenOutput = !result.GetValue(_noScreen) }))
        {
            packed.Save(output);
        }

        // What is measured is the file itself.
        using TransformerModel written = compiled.Load(output, new ModelLoadOptions { VerifyChecksum = true });
        var report = new PackReport(
            input,
            output,
            precision.Name(),
            inputBytes,
            new FileInfo(output).Length,
            PrecisionError.Measure(MeasuredModel.Of(exact, compiled.Description), MeasuredModel.Of(written, compiled.Description), compiled.Description),
            precision == WeightPrecision.Int4 ? PackedLayer.Measure(input, compiled.Description, budget ?? FourBitLayer.DefaultBudget) : null);
        if (result.GetValue(_json))
        {
            _terminal.WriteJson(report);
        }
        else
        {
            Show(report);
        }

        return ExitCode.Success;
    }

    private static (ModelDeclaration Declaration, string Input, long InputBytes) Find(string file, string output, GivenDeclaration given)
    {
        using WeightsFile weights = WeightsFile.Open(file);
        string input = weights.Path;
        if (Path.GetFullPath(input) == Path.GetFullPath(output))
        {
            throw new InputException($"'{output}' is the checkpoint itself: give another file to write.");
        }

        if (weights.Packed is { } packed)
        {
            throw new InputException($"'{input}' is packed already, with {packed.Precision.Name()} weights: give the checkpoint.");
        }

        ModelDeclaration declaration = DeclarationSource.Find(weights, given);
        declaration.RefuseAssumed();
        return (declaration, input, weights.Length);
    }

    private void Show(PackedLayer[] layers)
    {
        if (layers.Length == 0)
        {
            _terminal.WriteLine("No layer of so narrow a model may have 4 bits: all have 8.");
            return;
        }

        Table table = Terminal.Table(("layer", false), ("inputs", true), ("outputs", true), ("error of 4 bits", true), ("bits", true));
        foreach (PackedLayer layer in layers)
        {
            Terminal.AddRow(
                table,
                layer.Name,
                layer.Inputs.ToString(CultureInfo.InvariantCulture),
                layer.Outputs.ToString(CultureInfo.InvariantCulture),
                layer.Error.ToString("F4", CultureInfo.InvariantCulture),
                layer.Bits.ToString(CultureInfo.InvariantCulture));
        }

        _terminal.Rich.Write(table);
        _terminal.WriteLine($"{layers.Count(static layer => layer.Bits == 4)} of {layers.Length} layers have 4 bits; the output projection has 8.");
    }

    private void Show(PackReport report)
    {
        PrecisionError error = report.Error;
        _terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Output}: {report.Precision}, {report.OutputBytes / 1e6:F1} MB (the checkpoint has {report.InputBytes / 1e6:F1} MB)."));
        if (report.Layers is { } layers)
        {
            Show(layers);
        }

        _terminal.WriteLine($"Against float32, on {error.Sources} random sources:");
        _terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  logits       {error.MeanDifference:G3} apart in the mean, {error.LargestDifference:G3} at most (the largest logit is {error.LargestLogit:G3})"));
        _terminal.WriteLine($"  greedy       {error.DifferingTokens} of {error.Tokens} tokens differ after the same tokens; {error.DifferingSources} of {error.Sources} targets differ");
    }
}

/// <summary>What was packed.</summary>
/// <remarks>Layers are told of with 4-bit weights alone.</remarks>
/// <param name="Input">The checkpoint.</param>
/// <param name="Output">The packed file.</param>
/// <param name="Precision">How its weights are stored.</param>
/// <param name="InputBytes">The length of the checkpoint.</param>
/// <param name="OutputBytes">The length of the packed file.</param>
/// <param name="Error">What the precision costs.</param>
/// <param name="Layers">What quantising to 4 bits does to each layer that may have so few, and which have.</param>
internal sealed record PackReport(string Input, string Output, string Precision, long InputBytes, long OutputBytes, PrecisionError Error, PackedLayer[]? Layers);

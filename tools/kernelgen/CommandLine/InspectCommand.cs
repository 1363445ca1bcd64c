using System.CommandLine;
using System.Globalization;
using KernelGen.Checkpoints;
using KernelGen.Generator.Specification;
using KernelGen.Packing;
using KernelGen.Tool.Declarations;
using KernelGen.Tool.Weights;
using Spectre.Console;

namespace KernelGen.Tool.CommandLine;

/// <summary>Shows what is in a file of weights, and how to declare its model.</summary>
internal sealed class InspectCommand : Command
{
    private readonly Argument<string> _file = CommonArguments.File("A safetensors checkpoint or a packed file.");
    private readonly DeclarationOptions _declaration = new();
    private readonly Option<bool> _json = CommonArguments.Json();
    private readonly Option<bool> _noTensors = new("--no-tensors") { Description = "Leave out the list of tensors." };
    private readonly Terminal _terminal;

    public InspectCommand(Terminal terminal)
        : base("inspect", "Show the tensors of a checkpoint, or the header of a packed file, and the declaration to paste.")
    {
        _terminal = terminal;
        Add(_file);
        _declaration.AddTo(this);
        Add(_noTensors);
        Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult result)
    {
        using WeightsFile weights = WeightsFile.Open(result.GetRequiredValue(_file));
        InspectReport report = InspectReport.Of(weights, _declaration.Read(result), withTensors: !result.GetValue(_noTensors));
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

    private void Show(InspectReport report)
    {
        TextWriter output = _terminal.Output;
        if (report.Tensors is { } tensors)
        {
            Table table = Terminal.Table(("tensor", false), ("type", false), ("shape", false), ("bytes", true));
            foreach (InspectedTensor tensor in tensors)
            {
                Terminal.AddRow(table, tensor.Name, tensor.Type, $"[{string.Join(", ", tensor.Shape)}]", tensor.Bytes.ToString("N0", CultureInfo.InvariantCulture));
            }

            _terminal.Rich.Write(table);
        }

        if (report.Packed is { } packed)
        {
            output.WriteLine($"A packed file, format {packed.FormatVersion}, layout {packed.LayoutVersion}: {packed.Precision} weights, {packed.DataLength:N0} bytes from byte {packed.DataOffset} on, CRC-32C 0x{packed.DataChecksum:X8}"
                + (packed.HasScreen ? ", with a screen of the output projection." : "."));
        }
        else
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{report.Family} checkpoint: {report.TensorCount} tensors, {report.Parameters:N0} numbers, {report.Bytes / 1e6:F1} MB."));
        }

        Table settings = Terminal.Table(("setting", false), ("value", false), ("from", false));
        foreach (InspectedSetting setting in report.Settings)
        {
            Terminal.AddRow(settings, setting.Name, setting.Value, setting.IsAssumed ? $"ASSUMED: {setting.From}" : setting.From);
        }

        _terminal.Rich.Write(settings);
        output.WriteLine("Declare it so:");
        output.WriteLine();
        output.Write(report.Declaration);
        if (report.AdditionalFile is { } file)
        {
            output.WriteLine();
            output.WriteLine("with this in the project:");
            output.WriteLine();
            output.WriteLine($"<AdditionalFiles Include=\"{file}\" />");
        }

        string[] assumed = [.. report.Settings.Where(static setting => setting.IsAssumed).Select(static setting => setting.Name)];
        if (assumed.Length > 0)
        {
            output.WriteLine();
            output.WriteLine($"The file does not tell {string.Join(", ", assumed)}: set what the model was trained with.");
        }
    }
}

/// <summary>What is in a file of weights.</summary>
/// <param name="File">The file.</param>
/// <param name="Format"><c>safetensors</c> or <c>packed</c>.</param>
/// <param name="Family">Who wrote it, when it is a checkpoint.</param>
/// <param name="TensorCount">The number of tensors, when it is a checkpoint.</param>
/// <param name="Parameters">The number of elements of all tensors, when it is a checkpoint.</param>
/// <param name="Bytes">The length of the file.</param>
/// <param name="Tensors">The tensors by name, when it is a checkpoint and they are asked for.</param>
/// <param name="Packed">The header, when it is a packed file.</param>
/// <param name="Settings">How the model is declared, presets included.</param>
/// <param name="Declaration">The declaration as C# source.</param>
/// <param name="AdditionalFile">The configuration file that the project needs, where the declaration names one.</param>
internal sealed record InspectReport(
    string File,
    string Format,
    string? Family,
    int? TensorCount,
    long? Parameters,
    long Bytes,
    IReadOnlyList<InspectedTensor>? Tensors,
    PackedFileSummary? Packed,
    IReadOnlyList<InspectedSetting> Settings,
    string Declaration,
    string? AdditionalFile)
{
    /// <summary>Looks into a file.</summary>
    /// <exception cref="InputException">The model cannot be told or declared.</exception>
    public static InspectReport Of(WeightsFile weights, GivenDeclaration given, bool withTensors)
    {
        ModelDeclaration declaration = DeclarationSource.Find(weights, given);
        Checkpoint? checkpoint = weights.Checkpoint;
        InspectedTensor[]? tensors = checkpoint is null
            ? null
            : [.. checkpoint.Tensors.Values.OrderBy(static tensor => tensor.Name, StringComparer.Ordinal).Select(InspectedTensor.Of)];
        return new InspectReport(
            weights.Path,
            checkpoint is null ? "packed" : "safetensors",
            checkpoint is null ? null : CheckpointInference.Recognize(checkpoint).Family,
            tensors?.Length,
            tensors?.Sum(static tensor => tensor.Shape.Aggregate(1L, static (product, size) => product * size)),
            weights.Length,
            withTensors ? tensors : null,
            weights.Packed,
            [.. Settle(declaration)],
            declaration.ToSource(),
            declaration.ConfigurationPath);
    }

    /// <summary>Every setting of the model, with what decides it.</summary>
    private static IEnumerable<InspectedSetting> Settle(ModelDeclaration declaration)
    {
        ModelSpecification specification = DeclarationCompiler.Specify(declaration);
        string elsewhere = declaration.ConfigurationPath ?? $"the preset of Architecture.{specification.Architecture}";
        foreach (System.Reflection.PropertyInfo property in typeof(ModelSpecification).GetProperties())
        {
            if (property.Name == nameof(ModelSpecification.HeadDimension))
            {
                continue;
            }

            DeclaredProperty? declared = declaration.Properties.FirstOrDefault(declared =>
                declared.Name == property.Name || (declared.Name == "VocabularySize" && property.Name.EndsWith("VocabularySize", StringComparison.Ordinal)));
            string from = declared?.From ?? (property.Name == nameof(ModelSpecification.Architecture) ? declaration.From : elsewhere);
            yield return new InspectedSetting(property.Name, Text(property.GetValue(specification)), from, declared?.IsAssumed ?? false);
        }
    }

    private static string Text(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        EquatableArray<int> tokens => $"[{string.Join(", ", tokens)}]",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}

/// <summary>A tensor of a checkpoint.</summary>
internal sealed record InspectedTensor(string Name, string Type, long[] Shape, long Bytes)
{
    public static InspectedTensor Of(TensorInfo tensor) => new(Printable(tensor.Name), Printable(tensor.TypeName), tensor.Shape.ToArray(), tensor.ByteLength);

    /// <summary>A terminal acts on control characters, and a file may hold any.</summary>
    private static string Printable(string text) => string.Concat(text.Select(static letter => char.IsControl(letter) ? '\uFFFD' : letter));
}

/// <summary>A setting of a model.</summary>
internal sealed record InspectedSetting(string Name, string Value, string From, bool IsAssumed);

using System.CommandLine;
using System.Globalization;
using KernelGen.Tool.Declarations;
using KernelGen.Tool.Weights;
using Spectre.Console;

namespace KernelGen.Tool.CommandLine;

/// <summary>Shows what is in weights, and in the folder that they came in, and how to declare their model.</summary>
internal sealed class InspectCommand : Command
{
    private readonly Argument<string> _file = CommonArguments.Weights("A checkpoint, a packed file, or a folder as it is downloaded.");
    private readonly DeclarationOptions _declaration = new();
    private readonly Option<bool> _json = CommonArguments.Json();
    private readonly Option<bool> _noTensors = new("--no-tensors") { Description = "Leave out the list of tensors." };
    private readonly Terminal _terminal;

    public InspectCommand(Terminal terminal)
        : base("inspect", "Show the tensors of a checkpoint, or the header of a packed file, what else its folder holds, and the declaration to paste.")
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
        if (report.Tensors is { } tensors)
        {
            Table table = Terminal.Table(("tensor", false), ("type", false), ("shape", false), ("bytes", true));
            foreach (InspectedTensor tensor in tensors)
            {
                Terminal.AddRow(table, tensor.Name, tensor.Type, $"[{string.Join(", ", tensor.Shape)}]", tensor.Bytes.ToString("N0", CultureInfo.InvariantCulture));
            }

            _terminal.Rich.Write(table);
        }

        ShowWeights(report);
        foreach (string notice in report.Notices)
        {
            _terminal.WriteLine($"Note: {notice}");
        }

        if (report.Folder is { } folder)
        {
            ShowFolder(folder);
        }

        ShowDeclaration(report);
    }

    private void ShowWeights(InspectReport report)
    {
        if (report.Packed is { } packed)
        {
            _terminal.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"A packed file, format {packed.FormatVersion}, layout {packed.LayoutVersion}: {packed.Precision} weights, {packed.DataLength:N0} bytes from byte {packed.DataOffset} on, CRC-32C 0x{packed.DataChecksum:X8}{(packed.HasScreen ? ", with a screen of the output projection." : ".")}"));
        }
        else
        {
            _terminal.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{report.Family} checkpoint ({report.File}): {report.TensorCount} tensors, {report.Parameters:N0} numbers, {report.Bytes / 1e6:F1} MB."));
        }
    }

    private void ShowFolder(InspectedFolder folder)
    {
        Table files = Terminal.Table(("file", false), ("bytes", true), ("is read for", false));
        foreach (InspectedFile file in folder.Files)
        {
            Terminal.AddRow(files, file.Name, file.Bytes.ToString("N0", CultureInfo.InvariantCulture), file.Use ?? "");
        }

        _terminal.Rich.Write(files);
        _terminal.WriteLine(folder.Tokenizer.Text);
        if (folder.Generation is not { } generation)
        {
            return;
        }

        _terminal.WriteLine();
        if (generation.Problem is { } problem)
        {
            _terminal.WriteLine($"{generation.File} cannot be used: {problem}");
            return;
        }

        _terminal.WriteLine($"Generation as {generation.File} has it ({nameof(GenerationOptions)}.{nameof(GenerationOptions.FromGenerationConfig)} reads it):");
        Table options = Terminal.Table(("option", false), ("value", false));
        foreach (InspectedOption option in generation.Options)
        {
            Terminal.AddRow(options, option.Name, option.Value);
        }

        _terminal.Rich.Write(options);
        foreach (InspectedKey key in generation.Unsupported)
        {
            _terminal.WriteLine($"Not supported: \"{key.Key}\": {key.Reason}");
        }
    }

    private void ShowDeclaration(InspectReport report)
    {
        Table settings = Terminal.Table(("setting", false), ("value", false), ("from", false));
        foreach (InspectedSetting setting in report.Settings)
        {
            Terminal.AddRow(settings, setting.Name, setting.Value, setting.IsAssumed ? $"ASSUMED: {setting.From}" : setting.From);
        }

        _terminal.Rich.Write(settings);
        _terminal.WriteLine("Declare it so:");
        _terminal.WriteLine();
        _terminal.Output.Write(report.Declaration);
        if (report.AdditionalFile is { } file)
        {
            _terminal.WriteLine();
            _terminal.WriteLine("with this in the project:");
            _terminal.WriteLine();
            _terminal.WriteLine($"<AdditionalFiles Include=\"{ProjectPath.InProjectFile(file)}\" />");
        }

        string[] assumed = [.. report.Settings.Where(static setting => setting.IsAssumed).Select(static setting => setting.Name)];
        if (assumed.Length > 0)
        {
            _terminal.WriteLine();
            _terminal.WriteLine($"The file does not tell {string.Join(", ", assumed)}: set what the model was trained with.");
        }
    }
}

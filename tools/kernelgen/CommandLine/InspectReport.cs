extern alias generator;

using System.Globalization;
using generator::KernelGen.Generator.Specification;
using KernelGen.Checkpoints;
using KernelGen.Packing;
using KernelGen.Tool.Declarations;
using KernelGen.Tool.Weights;

namespace KernelGen.Tool.CommandLine;

/// <summary>What is in weights.</summary>
/// <param name="File">The file of the weights.</param>
/// <param name="Format"><c>safetensors</c>, <c>pyTorch</c> or <c>packed</c>.</param>
/// <param name="Family">Who wrote it, when it is a checkpoint.</param>
/// <param name="TensorCount">The number of tensors, when it is a checkpoint.</param>
/// <param name="Parameters">The number of elements of all tensors, when it is a checkpoint.</param>
/// <param name="Bytes">The length of the file, or of all that an index names.</param>
/// <param name="Tensors">The tensors by name, when it is a checkpoint and they are asked for.</param>
/// <param name="Packed">The header, when it is a packed file.</param>
/// <param name="Notices">What is worth knowing of the weights though they fit.</param>
/// <param name="Folder">What else the folder holds, when one was given.</param>
/// <param name="Settings">How the model is declared, presets included.</param>
/// <param name="Declaration">The declaration as C# source.</param>
/// <param name="AdditionalFile">The configuration file that the project needs, relative to it, where the declaration names one.</param>
internal sealed record InspectReport(
    string File,
    string Format,
    string? Family,
    int? TensorCount,
    long? Parameters,
    long Bytes,
    IReadOnlyList<InspectedTensor>? Tensors,
    PackedFileSummary? Packed,
    IReadOnlyList<string> Notices,
    InspectedFolder? Folder,
    IReadOnlyList<InspectedSetting> Settings,
    string Declaration,
    string? AdditionalFile)
{
    /// <summary>Looks into weights.</summary>
    /// <exception cref="InputException">The model cannot be told or declared.</exception>
    public static InspectReport Of(WeightsFile weights, GivenDeclaration given, bool withTensors)
    {
        ModelDeclaration declaration = DeclarationSource.Find(weights, given);
        ModelSpecification specification = DeclarationCompiler.Specify(declaration);
        Checkpoint? checkpoint = weights.Checkpoint;
        InspectedTensor[]? tensors = checkpoint is null
            ? null
            : [.. checkpoint.Tensors.Values.OrderBy(static tensor => tensor.Name, StringComparer.Ordinal).Select(InspectedTensor.Of)];
        return new InspectReport(
            weights.Path,
            checkpoint switch { null => "packed", { Format: CheckpointFormat.PyTorch } => "pyTorch", _ => "safetensors" },
            checkpoint is null ? null : CheckpointInference.Recognize(checkpoint).Family,
            tensors?.Length,
            tensors?.Sum(static tensor => tensor.Shape.Aggregate(1L, static (product, size) => product * size)),
            weights.Length,
            withTensors ? tensors : null,
            weights.Packed,
            FindNotices(checkpoint, declaration, specification),
            weights.Folder is { } folder ? InspectedFolder.Of(folder, weights.Path) : null,
            [.. Settle(declaration, specification)],
            declaration.ToSource(),
            declaration.ConfigurationName);
    }

    /// <summary>What contradicts the declaration though it is used. Only then are kernels compiled, which takes a second, when there may be something.</summary>
    private static IReadOnlyList<string> FindNotices(Checkpoint? checkpoint, ModelDeclaration declaration, ModelSpecification specification)
    {
        bool hasHead = checkpoint is not null && checkpoint.Tensors.ContainsKey(Families.Family.Of((Architecture)(int)specification.Architecture).Head);
        return hasHead && specification.TieEmbeddings ? CheckpointTensors.FindProblems(checkpoint!, DeclarationCompiler.Compile(declaration).Description).Notices : [];
    }

    /// <summary>Every setting of the model, with what decides it.</summary>
    private static IEnumerable<InspectedSetting> Settle(ModelDeclaration declaration, ModelSpecification specification)
    {
        string elsewhere = declaration.ConfigurationPath ?? $"the preset of Architecture.{specification.Architecture}";
        foreach (System.Reflection.PropertyInfo property in typeof(ModelSpecification).GetProperties())
        {
            if (!IsOf(property.Name, specification))
            {
                continue;
            }

            DeclaredProperty? declared = declaration.Properties.FirstOrDefault(declared =>
                declared.Name == property.Name || (declared.Name == "VocabularySize" && property.Name.EndsWith("VocabularySize", StringComparison.Ordinal)));
            string from = declared?.From ?? (property.Name == nameof(ModelSpecification.Architecture) ? declaration.From : elsewhere);
            yield return new InspectedSetting(property.Name, Text(property.GetValue(specification)), from, declared?.IsAssumed ?? false);
        }
    }

    /// <summary>Whether a setting decides something of this model: heads may share its dimension, positions need not be relative or rotary, and what few models have is told of those.</summary>
    private static bool IsOf(string setting, ModelSpecification specification) => setting switch
    {
        nameof(ModelSpecification.HeadDimension) => specification.HeadDimension * specification.Heads != specification.ModelDimension,
        nameof(ModelSpecification.RelativePositionBuckets) or nameof(ModelSpecification.RelativePositionDistance) => specification.RelativePositionBuckets > 0,
        nameof(ModelSpecification.RotaryDimension) or nameof(ModelSpecification.RotaryBase) => specification.RotaryDimension > 0,
        nameof(ModelSpecification.DecoderActivation) => specification.DecoderActivation != specification.Activation,
        nameof(ModelSpecification.DecoderGatedFeedForward) => specification.DecoderGatedFeedForward != specification.GatedFeedForward,
        nameof(ModelSpecification.NormShift) => !specification.NormShift,
        nameof(ModelSpecification.AttentionBias) => !specification.AttentionBias,
        _ => true,
    };

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
    public static InspectedTensor Of(TensorInfo tensor) => new(tensor.Name, tensor.TypeName, tensor.Shape.ToArray(), tensor.ByteLength);
}

/// <summary>A setting of a model.</summary>
internal sealed record InspectedSetting(string Name, string Value, string From, bool IsAssumed);

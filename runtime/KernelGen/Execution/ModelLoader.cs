using System.ComponentModel;
using KernelGen.Checkpoints;
using KernelGen.Packing;

namespace KernelGen.Execution;

/// <summary>The way from a weights file to an engine. Called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ModelLoader
{
    /// <summary>Loads from a file.</summary>
    public static Engine Load(string path, ModelDescription description, ModelLoadOptions? options, Func<PackedModel, InstructionSet, Engine> createEngine)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        InstructionSet instructionSet = InstructionSets.Choose(options?.InstructionSet);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return Load(file, description, instructionSet, createEngine);
    }

    /// <summary>Loads from a stream.</summary>
    public static Engine Load(Stream stream, ModelDescription description, ModelLoadOptions? options, Func<PackedModel, InstructionSet, Engine> createEngine)
    {
        ArgumentNullException.ThrowIfNull(stream);
        InstructionSet instructionSet = InstructionSets.Choose(options?.InstructionSet);
        using SafetensorsFile file = SafetensorsFile.Open(stream);
        return Load(file, description, instructionSet, createEngine);
    }

    private static Engine Load(SafetensorsFile file, ModelDescription description, InstructionSet instructionSet, Func<PackedModel, InstructionSet, Engine> createEngine) =>
        createEngine(WeightPacking.Pack(description, CheckpointTensors.Read(file, description)), instructionSet);
}

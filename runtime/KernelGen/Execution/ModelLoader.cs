using System.ComponentModel;
using KernelGen.Checkpoints;
using KernelGen.Checkpoints.PyTorch;
using KernelGen.Packing;

namespace KernelGen.Execution;

/// <summary>The way from a weights file to an engine. Called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ModelLoader
{
    /// <summary>Loads from a file, or from the one in a folder that is meant.</summary>
    public static Engine Load(string path, ModelDescription description, ModelLoadOptions? options, Func<PackedModel, InstructionSet, Engine> createEngine)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        InstructionSet instructionSet = InstructionSets.Choose(options?.InstructionSet);
        Func<string, FileMemory> open = options is { ReadIntoMemory: true }
            ? path => FileMemory.Read(path, (source, beginning, length) => CheckBeginning(source, beginning, length, description))
            : FileMemory.Map;
        return createEngine(Load(open(CheckpointFolder.Find(path)), open, description, options), instructionSet);
    }

    /// <summary>Loads from a stream.</summary>
    public static Engine Load(Stream stream, ModelDescription description, ModelLoadOptions? options, Func<PackedModel, InstructionSet, Engine> createEngine)
    {
        ArgumentNullException.ThrowIfNull(stream);
        InstructionSet instructionSet = InstructionSets.Choose(options?.InstructionSet);
        return createEngine(Load(FileMemory.Of(stream), FileMemory.Map, description, options), instructionSet);
    }

    /// <summary>Uses a packed file in place, and packs a checkpoint; the first bytes tell which it is.</summary>
    private static PackedModel Load(FileMemory memory, Func<string, FileMemory> open, ModelDescription description, ModelLoadOptions? options)
    {
        if (PackedFile.Begins(memory))
        {
            return PackedFile.Open(memory, description, options?.Precision, options?.VerifyChecksum ?? false);
        }

        using Checkpoint checkpoint = Checkpoint.Open(memory, open);
        return WeightPacking.Pack(description, CheckpointTensors.Read(checkpoint, description, options?.AllowNonFiniteWeights ?? false), options);
    }

    /// <summary>Refuses what cannot be weights before all of it is read: a file may be far longer than memory, and hold nothing.</summary>
    private static void CheckBeginning(string source, ReadOnlySpan<byte> beginning, long length, ModelDescription description)
    {
        if (PackedFile.Begins(beginning))
        {
            PackedFileHeader.Parse(source, beginning, length, description);
        }
        else if (!ZipDirectory.Begins(beginning) && !CheckpointIndex.Begins(beginning))
        {
            SafetensorsHeader.CheckPrefix(source, beginning, length);
        }
    }
}

using System.Runtime.InteropServices;
using KernelGen.Checkpoints;
using KernelGen.Fuzzing.Mutations;
using KernelGen.Fuzzing.Seeds;
using KernelGen.Tests.Checkpoints.PyTorch;

namespace KernelGen.Fuzzing.Targets;

/// <summary>PyTorch files: the zip file, its pickle, and loading the tensors into a declared model.</summary>
internal sealed class PyTorchTarget : FuzzTarget
{
    private static readonly string[] Types = ["F32", "F16", "BF16"];

    private readonly List<TorchEntry>[] _parts = [.. FuzzedFamily.All.Select(static (family, i) => TorchParts.Of(family.Description, Types[i % Types.Length]))];

    public PyTorchTarget() => Seeds = [.. _parts.Select(static entries => TorchFileBuilder.Write(entries))];

    public override string Name => "pytorch";

    public override IReadOnlyList<byte[]> Seeds { get; }

    // An instruction of one byte may make a dictionary, which is remembered.
    public override long AllocationPerByte => 100;

    public override byte[] Mutate(Random random, byte[] file)
    {
        int seed = Seeds.ToList().IndexOf(file);
        return TorchMutations.Mutate(random, _parts[seed < 0 ? random.Next(_parts.Length) : seed]);
    }

    public override unsafe bool Run(ReadOnlySpan<byte> file, int variant)
    {
        fixed (byte* start = &MemoryMarshal.GetReference(file))
        {
            using var stream = new UnmanagedMemoryStream(start, file.Length);
            try
            {
                if (variant % 4 == 3)
                {
                    CheckpointUse.ReadTensors(stream, FuzzedFamily.Of(file).Description);
                    return true;
                }

                var options = new ModelLoadOptions { AllowNonFiniteWeights = variant % 2 == 0, InstructionSet = SafetensorsTarget.InstructionSetOf(variant / 12) };
                using EncoderDecoder model = FuzzedFamily.Of(file).Load(stream, options);
                ModelUse.Run(model, variant / 4);
                return true;
            }
            catch (CheckpointException exception)
            {
                return Refusal.Check(exception, "The stream");
            }
        }
    }
}

using System.Runtime.InteropServices;
using KernelGen.Checkpoints;
using KernelGen.Fuzzing.Mutations;
using KernelGen.Fuzzing.Seeds;

namespace KernelGen.Fuzzing.Targets;

/// <summary>Checkpoints: the header, the tensors as they are listed and read, and loading them into a declared model in each precision.</summary>
internal sealed class SafetensorsTarget : FuzzTarget
{
    private static readonly string[] Types = ["F32", "F16", "BF16"];

    private readonly List<TensorEntry>[] _parts =
        [.. FuzzedFamily.All.SelectMany(static family => Types.Select(type => SafetensorsParts.Of(family.Description, type)))];

    public SafetensorsTarget() => Seeds = [.. _parts.Select(static entries => SafetensorsParts.Write(entries, "\"__metadata__\":{\"format\":\"pt\"},"))];

    public override string Name => "safetensors";

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override byte[] Mutate(Random random, byte[] file)
    {
        if (random.Next(3) == 0)
        {
            return SafetensorsMutations.MutateHeader(random, file);
        }

        int seed = Seeds.ToList().IndexOf(file);
        return SafetensorsMutations.Mutate(random, seed < 0 ? _parts[random.Next(_parts.Length)] : _parts[seed]);
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

                var options = new ModelLoadOptions
                {
                    Precision = (WeightPrecision)(variant / 4 % 3),
                    AllowNonFiniteWeights = variant % 2 == 0,
                    InstructionSet = InstructionSetOf(variant / 12),
                };
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

    /// <summary>One that this machine has; all give the same bits.</summary>
    public static InstructionSet InstructionSetOf(int variant)
    {
        InstructionSet[] supported = [.. Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported)];
        return supported[variant % supported.Length];
    }
}

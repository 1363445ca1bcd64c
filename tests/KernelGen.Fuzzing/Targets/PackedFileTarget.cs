using System.Runtime.InteropServices;
using System.Text;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Fuzzing.Mutations;
using KernelGen.Fuzzing.Seeds;

namespace KernelGen.Fuzzing.Targets;

/// <summary>Packed files of models, which are used in place.</summary>
internal class PackedFileTarget : FuzzTarget
{
    private readonly List<(byte[] Declaration, Func<Stream, ModelLoadOptions, EncoderDecoder> Load)> _models = [];

    public PackedFileTarget()
        : this(FuzzedFamily.All)
    {
    }

    protected PackedFileTarget(IReadOnlyList<FuzzedFamily> models)
    {
        var seeds = new List<byte[]>();
        foreach ((ModelDescription description, Func<Stream, ModelLoadOptions, EncoderDecoder> load) in models)
        {
            _models.Add((Encoding.ASCII.GetBytes($"Declaration={description.Name}\n"), load));
            byte[] checkpoint = SafetensorsParts.Write(SafetensorsParts.Of(description, "F32"));
            foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
            {
                using EncoderDecoder model = load(new MemoryStream(checkpoint), new ModelLoadOptions { Precision = precision });
                var packed = new MemoryStream();
                model.Save(packed);
                seeds.Add(packed.ToArray());
            }
        }

        Seeds = seeds;
    }

    public override string Name => "packed";

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override byte[] Mutate(Random random, byte[] file) => PackedFileMutations.Mutate(random, file);

    public override unsafe bool Run(ReadOnlySpan<byte> file, int variant)
    {
        fixed (byte* start = &MemoryMarshal.GetReference(file))
        {
            using var stream = new UnmanagedMemoryStream(start, file.Length);
            var options = new ModelLoadOptions { VerifyChecksum = variant % 8 == 7, InstructionSet = SafetensorsTarget.InstructionSetOf(variant / 8) };
            try
            {
                using EncoderDecoder model = LoadOf(file)(stream, options);
                ModelUse.Run(model, variant);
                return true;
            }
            catch (CheckpointException exception)
            {
                return Refusal.Check(exception, "The stream");
            }
        }
    }

    /// <summary>A file names the class that it was saved from; one that names none of these is refused by the first.</summary>
    private Func<Stream, ModelLoadOptions, EncoderDecoder> LoadOf(ReadOnlySpan<byte> file)
    {
        foreach ((byte[] declaration, Func<Stream, ModelLoadOptions, EncoderDecoder> load) in _models)
        {
            if (file.IndexOf(declaration) >= 0)
            {
                return load;
            }
        }

        return _models[0].Load;
    }
}

/// <summary>Packed files with a screen of the output projection, whose bounds are the file's, too.</summary>
internal sealed class ScreenedPackedFileTarget : PackedFileTarget
{
    public ScreenedPackedFileTarget()
        : base([new(FuzzedScreened.Description, FuzzedScreened.Load)])
    {
    }

    public override string Name => "packed-screened";
}

using KernelGen.Execution;
using KernelGen.Tests.Kernels;

namespace KernelGen.Tests.Declarations;

/// <summary>A declared model as the tests handle it: by name, whatever its class, and with weights that may be anything.</summary>
internal sealed class DeclaredModel
{
    private readonly Func<string, ModelLoadOptions?, EncoderDecoder> _loadFile;
    private readonly Func<Stream, ModelLoadOptions?, EncoderDecoder> _loadStream;

    private DeclaredModel(
        ModelDescription description,
        IReadOnlyList<KernelSet> kernels,
        KernelSet emulatedAvxVnni,
        Func<string, ModelLoadOptions?, EncoderDecoder> loadFile,
        Func<Stream, ModelLoadOptions?, EncoderDecoder> loadStream)
    {
        Description = description;
        Kernels = kernels;
        EmulatedAvxVnni = emulatedAvxVnni;
        _loadFile = loadFile;
        _loadStream = loadStream;
    }

    public ModelDescription Description { get; }

    /// <summary>The kernels for each instruction set, supported here or not.</summary>
    public IReadOnlyList<KernelSet> Kernels { get; }

    /// <summary>The kernels for AVX-VNNI, with its instructions in software.</summary>
    public KernelSet EmulatedAvxVnni { get; }

    public static DeclaredModel Of<TAvx512, TAvx2, TPortable>(
        ModelDescription description,
        Func<string, ModelLoadOptions?, EncoderDecoder> loadFile,
        Func<Stream, ModelLoadOptions?, EncoderDecoder> loadStream)
        where TAvx512 : struct, IModelKernels
        where TAvx2 : struct, IModelKernels
        where TPortable : struct, IModelKernels =>
        new(
            description,
            KernelSets.Of<TAvx512, TAvx2, TPortable>(description),
            new KernelSet<TAvx2, EmulatedAvxVnniWeights>(description, InstructionSet.AvxVnni, TAvx2.IsSupported),
            loadFile,
            loadStream);

    public EncoderDecoder Load(string path, InstructionSet instructionSet) => _loadFile(path, new ModelLoadOptions { InstructionSet = instructionSet, AllowNonFiniteWeights = true });

    public EncoderDecoder Load(Stream stream, InstructionSet instructionSet, WeightPrecision? precision = null) =>
        _loadStream(stream, new ModelLoadOptions { InstructionSet = instructionSet, Precision = precision, AllowNonFiniteWeights = true });

    /// <summary>Loads what runs behind the public class, for tests that decode in steps of their own.</summary>
    public Engine LoadEngine(Stream stream, InstructionSet instructionSet, WeightPrecision? precision = null) => ModelLoader.Load(
        stream,
        Description,
        new ModelLoadOptions { InstructionSet = instructionSet, Precision = precision, AllowNonFiniteWeights = true },
        (packed, chosen) => KernelsFor(chosen).CreateEngine(packed));

    /// <summary>The kernels for an instruction set; the test is skipped where this process cannot use it.</summary>
    public KernelSet KernelsFor(InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        return Kernels.Single(kernels => kernels.InstructionSet == instructionSet);
    }
}

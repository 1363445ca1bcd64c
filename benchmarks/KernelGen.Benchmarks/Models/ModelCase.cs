using KernelGen.Execution;
using KernelGen.Tests;
using KernelGen.Tests.Kernels;

namespace KernelGen.Benchmarks.Models;

/// <summary>A model that is measured: its dimensions, its kernels, how it is loaded.</summary>
/// <param name="Name">What <c>--case</c> calls it; also the folder of its ONNX graphs, where it has any.</param>
/// <param name="Description">Its dimensions.</param>
/// <param name="Kernels">Its kernels, for each instruction set.</param>
/// <param name="Load">Loads it from a safetensors file.</param>
internal sealed record ModelCase(string Name, ModelDescription Description, IReadOnlyList<KernelSet> Kernels, Func<string, ModelLoadOptions?, EncoderDecoder> Load)
{
    public static ModelCase Base { get; } =
        Of<Models.Base.Avx512Kernels, Models.Base.Avx2Kernels, Models.Base.PortableKernels>("base", Models.Base.Description, Models.Base.Load);

    public static ModelCase Student { get; } =
        Of<Models.Student.Avx512Kernels, Models.Student.Avx2Kernels, Models.Student.PortableKernels>("student", Models.Student.Description, Models.Student.Load);

    public static ModelCase Small { get; } =
        Of<Models.Small.Avx512Kernels, Models.Small.Avx2Kernels, Models.Small.PortableKernels>("small", Models.Small.Description, Models.Small.Load);

    public static ModelCase T5Small { get; } =
        Of<Models.T5Small.Avx512Kernels, Models.T5Small.Avx2Kernels, Models.T5Small.PortableKernels>("t5-small", Models.T5Small.Description, Models.T5Small.Load);

    public static ModelCase T5Gated { get; } =
        Of<Models.T5Gated.Avx512Kernels, Models.T5Gated.Avx2Kernels, Models.T5Gated.PortableKernels>("t5-gated", Models.T5Gated.Description, Models.T5Gated.Load);

    public static ModelCase M2M100 { get; } =
        Of<Models.M2M100.Avx512Kernels, Models.M2M100.Avx2Kernels, Models.M2M100.PortableKernels>("m2m100", Models.M2M100.Description, Models.M2M100.Load);

    public static ModelCase ZhEn { get; } =
        Of<Translator.Avx512Kernels, Translator.Avx2Kernels, Translator.PortableKernels>("zh-en", Translator.Description, Translator.Load);

    public static ModelCase Pronouncer { get; } =
        Of<Models.Pronouncer.Avx512Kernels, Models.Pronouncer.Avx2Kernels, Models.Pronouncer.PortableKernels>("g2p", Models.Pronouncer.Description, Models.Pronouncer.Load);

    public static IReadOnlyList<ModelCase> All { get; } = [Base, Student, Small, T5Small, T5Gated, M2M100, ZhEn, Pronouncer];

    /// <summary>For example <c>512/8/2048/6+6/32000</c>: width, heads, feed-forward width, layers, vocabulary.</summary>
    public string Dimensions =>
        $"{Description.ModelDimension}/{Description.Heads}/{Description.FeedForwardDimension}/{Description.EncoderLayers}+{Description.DecoderLayers}/{Description.TargetVocabularySize}";

    public KernelSet KernelsFor(InstructionSet instructionSet) => Kernels.Single(kernels => kernels.InstructionSet == instructionSet);

    private static ModelCase Of<TAvx512, TAvx2, TPortable>(string name, ModelDescription description, Func<string, ModelLoadOptions?, EncoderDecoder> load)
        where TAvx512 : struct, IModelKernels
        where TAvx2 : struct, IModelKernels
        where TPortable : struct, IModelKernels =>
        new(name, description, KernelSets.Of<TAvx512, TAvx2, TPortable>(description), load);
}

using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Declarations;

/// <summary>The models that are declared in this project.</summary>
internal static class DeclaredModels
{
    /// <summary>The environment variable that names the models that theories run, with commas between them, where all take too long.</summary>
    private const string Chosen = "KERNELGEN_TEST_MODELS";

    private static readonly IReadOnlyList<DeclaredModel> Every =
    [
        DeclaredModel.Of<GoldenVanilla.Avx512Kernels, GoldenVanilla.Avx2Kernels, GoldenVanilla.PortableKernels>(
            GoldenVanilla.Description, GoldenVanilla.Load, GoldenVanilla.Load),
        DeclaredModel.Of<GoldenVanillaPreNorm.Avx512Kernels, GoldenVanillaPreNorm.Avx2Kernels, GoldenVanillaPreNorm.PortableKernels>(
            GoldenVanillaPreNorm.Description, GoldenVanillaPreNorm.Load, GoldenVanillaPreNorm.Load),
        DeclaredModel.Of<GoldenVanillaHead64.Avx512Kernels, GoldenVanillaHead64.Avx2Kernels, GoldenVanillaHead64.PortableKernels>(
            GoldenVanillaHead64.Description, GoldenVanillaHead64.Load, GoldenVanillaHead64.Load),
        DeclaredModel.Of<GoldenMarian.Avx512Kernels, GoldenMarian.Avx2Kernels, GoldenMarian.PortableKernels>(
            GoldenMarian.Description, GoldenMarian.Load, GoldenMarian.Load),
        DeclaredModel.Of<GoldenBart.Avx512Kernels, GoldenBart.Avx2Kernels, GoldenBart.PortableKernels>(
            GoldenBart.Description, GoldenBart.Load, GoldenBart.Load),
        DeclaredModel.Of<GoldenM2M100.Avx512Kernels, GoldenM2M100.Avx2Kernels, GoldenM2M100.PortableKernels>(
            GoldenM2M100.Description, GoldenM2M100.Load, GoldenM2M100.Load),
        DeclaredModel.Of<GoldenMBart50.Avx512Kernels, GoldenMBart50.Avx2Kernels, GoldenMBart50.PortableKernels>(
            GoldenMBart50.Description, GoldenMBart50.Load, GoldenMBart50.Load),
        DeclaredModel.Of<GoldenT5.Avx512Kernels, GoldenT5.Avx2Kernels, GoldenT5.PortableKernels>(
            GoldenT5.Description, GoldenT5.Load, GoldenT5.Load),
        DeclaredModel.Of<GoldenT5Gated.Avx512Kernels, GoldenT5Gated.Avx2Kernels, GoldenT5Gated.PortableKernels>(
            GoldenT5Gated.Description, GoldenT5Gated.Load, GoldenT5Gated.Load),
        DeclaredModel.Of<GoldenPegasus.Avx512Kernels, GoldenPegasus.Avx2Kernels, GoldenPegasus.PortableKernels>(
            GoldenPegasus.Description, GoldenPegasus.Load, GoldenPegasus.Load),
        DeclaredModel.Of<Translator.Avx512Kernels, Translator.Avx2Kernels, Translator.PortableKernels>(
            Translator.Description, Translator.Load, Translator.Load),
        DeclaredModel.Of<SmallestShape.Avx512Kernels, SmallestShape.Avx2Kernels, SmallestShape.PortableKernels>(
            SmallestShape.Description, SmallestShape.Load, SmallestShape.Load),
        DeclaredModel.Of<HeadsOf4.Avx512Kernels, HeadsOf4.Avx2Kernels, HeadsOf4.PortableKernels>(
            HeadsOf4.Description, HeadsOf4.Load, HeadsOf4.Load),
        DeclaredModel.Of<HeadsOf1.Avx512Kernels, HeadsOf1.Avx2Kernels, HeadsOf1.PortableKernels>(
            HeadsOf1.Description, HeadsOf1.Load, HeadsOf1.Load),
        DeclaredModel.Of<HeadsOf11.Avx512Kernels, HeadsOf11.Avx2Kernels, HeadsOf11.PortableKernels>(
            HeadsOf11.Description, HeadsOf11.Load, HeadsOf11.Load),
        DeclaredModel.Of<HeadsOf72.Avx512Kernels, HeadsOf72.Avx2Kernels, HeadsOf72.PortableKernels>(
            HeadsOf72.Description, HeadsOf72.Load, HeadsOf72.Load),
        DeclaredModel.Of<OddScreened.Avx512Kernels, OddScreened.Avx2Kernels, OddScreened.PortableKernels>(
            OddScreened.Description, OddScreened.Load, OddScreened.Load),
        DeclaredModel.Of<OneMoreThanAPanel.Avx512Kernels, OneMoreThanAPanel.Avx2Kernels, OneMoreThanAPanel.PortableKernels>(
            OneMoreThanAPanel.Description, OneMoreThanAPanel.Load, OneMoreThanAPanel.Load),
        DeclaredModel.Of<RelativeHeadOf3.Avx512Kernels, RelativeHeadOf3.Avx2Kernels, RelativeHeadOf3.PortableKernels>(
            RelativeHeadOf3.Description, RelativeHeadOf3.Load, RelativeHeadOf3.Load),
        DeclaredModel.Of<GatedPostNorm.Avx512Kernels, GatedPostNorm.Avx2Kernels, GatedPostNorm.PortableKernels>(
            GatedPostNorm.Description, GatedPostNorm.Load, GatedPostNorm.Load),
        DeclaredModel.Of<WideGated.Avx512Kernels, WideGated.Avx2Kernels, WideGated.PortableKernels>(
            WideGated.Description, WideGated.Load, WideGated.Load),
        DeclaredModel.Of<WideOdd.Avx512Kernels, WideOdd.Avx2Kernels, WideOdd.PortableKernels>(
            WideOdd.Description, WideOdd.Load, WideOdd.Load),
        DeclaredModel.Of<WideOddGated.Avx512Kernels, WideOddGated.Avx2Kernels, WideOddGated.PortableKernels>(
            WideOddGated.Description, WideOddGated.Load, WideOddGated.Load),
        DeclaredModel.Of<RotaryHeads.Avx512Kernels, RotaryHeads.Avx2Kernels, RotaryHeads.PortableKernels>(
            RotaryHeads.Description, RotaryHeads.Load, RotaryHeads.Load),
        DeclaredModel.Of<LongSources.Avx512Kernels, LongSources.Avx2Kernels, LongSources.PortableKernels>(
            LongSources.Description, LongSources.Load, LongSources.Load),
#if SHARED_G2P
        DeclaredModel.Of<Pronouncer.Avx512Kernels, Pronouncer.Avx2Kernels, Pronouncer.PortableKernels>(
            Pronouncer.Description, Pronouncer.Load, Pronouncer.Load),
#endif
    ];

    /// <summary>Every model that theories run.</summary>
    public static IReadOnlyList<DeclaredModel> All { get; } =
        Environment.GetEnvironmentVariable(Chosen) is { Length: > 0 } names ? [.. names.Split(',').Select(Named)] : Every;

    /// <summary>Models that only have the dimensions that the others do not have.</summary>
    public static IReadOnlyList<DeclaredModel> Remainders { get; } =
    [
        DeclaredModel.Of<Width19.Avx512Kernels, Width19.Avx2Kernels, Width19.PortableKernels>(Width19.Description, Width19.Load, Width19.Load),
        DeclaredModel.Of<Width56.Avx512Kernels, Width56.Avx2Kernels, Width56.PortableKernels>(Width56.Description, Width56.Load, Width56.Load),
        DeclaredModel.Of<Width26.Avx512Kernels, Width26.Avx2Kernels, Width26.PortableKernels>(Width26.Description, Width26.Load, Width26.Load),
        DeclaredModel.Of<Width29.Avx512Kernels, Width29.Avx2Kernels, Width29.PortableKernels>(Width29.Description, Width29.Load, Width29.Load),
        DeclaredModel.Of<Width133.Avx512Kernels, Width133.Avx2Kernels, Width133.PortableKernels>(Width133.Description, Width133.Load, Width133.Load),
        DeclaredModel.Of<Width134.Avx512Kernels, Width134.Avx2Kernels, Width134.PortableKernels>(Width134.Description, Width134.Load, Width134.Load),
        DeclaredModel.Of<Width137.Avx512Kernels, Width137.Avx2Kernels, Width137.PortableKernels>(Width137.Description, Width137.Load, Width137.Load),
        DeclaredModel.Of<Width139.Avx512Kernels, Width139.Avx2Kernels, Width139.PortableKernels>(Width139.Description, Width139.Load, Width139.Load),
        DeclaredModel.Of<Width142.Avx512Kernels, Width142.Avx2Kernels, Width142.PortableKernels>(Width142.Description, Width142.Load, Width142.Load),
        DeclaredModel.Of<Width143.Avx512Kernels, Width143.Avx2Kernels, Width143.PortableKernels>(Width143.Description, Width143.Load, Width143.Load),
        DeclaredModel.Of<Width146.Avx512Kernels, Width146.Avx2Kernels, Width146.PortableKernels>(Width146.Description, Width146.Load, Width146.Load),
    ];

    /// <summary>The names of all models, for theories.</summary>
    public static TheoryData<string> Names => [.. All.Select(static model => model.Description.Name)];

    /// <summary>Every model with every precision, for theories.</summary>
    public static TheoryData<string, WeightPrecision> WithPrecisions => Theories.WithEach<WeightPrecision>(All.Select(static model => model.Description.Name));

    /// <summary>Every model with every instruction set, for theories.</summary>
    public static TheoryData<string, InstructionSet> WithInstructionSets => Theories.WithEach<InstructionSet>(All.Select(static model => model.Description.Name));

    /// <summary>Every model with every precision and every instruction set, for theories.</summary>
    public static TheoryData<string, WeightPrecision, InstructionSet> WithPrecisionsAndInstructionSets =>
        Theories.WithEach<WeightPrecision, InstructionSet>(All.Select(static model => model.Description.Name));

    public static DeclaredModel Named(string name) => Every.Single(model => model.Description.Name == name);
}

namespace KernelGen.Training.Tests.Declarations;

/// <summary>The models that tests of training kernels run.</summary>
internal static class TrainableModels
{
    public static IReadOnlyList<TrainableModel> All { get; } =
    [
        TrainableModel.Of<TrainableHeadsOf8.Avx512Kernels, TrainableHeadsOf8.Avx2Kernels, TrainableHeadsOf8.PortableKernels>(TrainableHeadsOf8.Description),
        TrainableModel.Of<TrainableHeadsOf12.Avx512Kernels, TrainableHeadsOf12.Avx2Kernels, TrainableHeadsOf12.PortableKernels>(TrainableHeadsOf12.Description),
        TrainableModel.Of<TrainableHeadsOf5.Avx512Kernels, TrainableHeadsOf5.Avx2Kernels, TrainableHeadsOf5.PortableKernels>(TrainableHeadsOf5.Description),
        TrainableModel.Of<TrainableHeadsOf72.Avx512Kernels, TrainableHeadsOf72.Avx2Kernels, TrainableHeadsOf72.PortableKernels>(TrainableHeadsOf72.Description),
        TrainableModel.Of<TrainableGated.Avx512Kernels, TrainableGated.Avx2Kernels, TrainableGated.PortableKernels>(TrainableGated.Description),
        TrainableModel.Of<TrainableGatedRelu.Avx512Kernels, TrainableGatedRelu.Avx2Kernels, TrainableGatedRelu.PortableKernels>(TrainableGatedRelu.Description),
        TrainableModel.Of<TrainableSmallest.Avx512Kernels, TrainableSmallest.Avx2Kernels, TrainableSmallest.PortableKernels>(TrainableSmallest.Description),
        TrainableModel.Of<TrainableGatedGelu.Avx512Kernels, TrainableGatedGelu.Avx2Kernels, TrainableGatedGelu.PortableKernels>(TrainableGatedGelu.Description),
        TrainableModel.Of<TrainableTanh.Avx512Kernels, TrainableTanh.Avx2Kernels, TrainableTanh.PortableKernels>(TrainableTanh.Description),
    ];

    /// <summary>Models of every family, which are trained as a whole.</summary>
    public static IReadOnlyList<TrainableModel> Whole { get; } =
    [
        TrainableModel.Of<GoldenVanilla.Avx512Kernels, GoldenVanilla.Avx2Kernels, GoldenVanilla.PortableKernels>(GoldenVanilla.Description),
        TrainableModel.Of<GoldenVanillaPreNorm.Avx512Kernels, GoldenVanillaPreNorm.Avx2Kernels, GoldenVanillaPreNorm.PortableKernels>(GoldenVanillaPreNorm.Description),
        TrainableModel.Of<GoldenVanillaHead64.Avx512Kernels, GoldenVanillaHead64.Avx2Kernels, GoldenVanillaHead64.PortableKernels>(GoldenVanillaHead64.Description),
        TrainableModel.Of<GoldenMarian.Avx512Kernels, GoldenMarian.Avx2Kernels, GoldenMarian.PortableKernels>(GoldenMarian.Description),
        TrainableModel.Of<GoldenBart.Avx512Kernels, GoldenBart.Avx2Kernels, GoldenBart.PortableKernels>(GoldenBart.Description),
        TrainableModel.Of<GoldenM2M100.Avx512Kernels, GoldenM2M100.Avx2Kernels, GoldenM2M100.PortableKernels>(GoldenM2M100.Description),
        TrainableModel.Of<GoldenMBart50.Avx512Kernels, GoldenMBart50.Avx2Kernels, GoldenMBart50.PortableKernels>(GoldenMBart50.Description),
        TrainableModel.Of<GoldenT5.Avx512Kernels, GoldenT5.Avx2Kernels, GoldenT5.PortableKernels>(GoldenT5.Description),
        TrainableModel.Of<GoldenT5Gated.Avx512Kernels, GoldenT5Gated.Avx2Kernels, GoldenT5Gated.PortableKernels>(GoldenT5Gated.Description),
        TrainableModel.Of<GoldenPegasus.Avx512Kernels, GoldenPegasus.Avx2Kernels, GoldenPegasus.PortableKernels>(GoldenPegasus.Description),
        TrainableModel.Of<OddVanilla.Avx512Kernels, OddVanilla.Avx2Kernels, OddVanilla.PortableKernels>(OddVanilla.Description),
        TrainableModel.Of<TwoVocabularies.Avx512Kernels, TwoVocabularies.Avx2Kernels, TwoVocabularies.PortableKernels>(TwoVocabularies.Description),
        TrainableModel.Of<OddWhisper.Avx512Kernels, OddWhisper.Avx2Kernels, OddWhisper.PortableKernels>(OddWhisper.Description),
        TrainableModel.Of<EvenWhisper.Avx512Kernels, EvenWhisper.Avx2Kernels, EvenWhisper.PortableKernels>(EvenWhisper.Description),
        Named(nameof(TrainableHeadsOf8)),
        Named(nameof(TrainableHeadsOf12)),
        Named(nameof(TrainableHeadsOf5)),
        Named(nameof(TrainableHeadsOf72)),
        Named(nameof(TrainableGated)),
        Named(nameof(TrainableGatedRelu)),
        Named(nameof(TrainableGatedGelu)),
    ];

    /// <summary>The names of those.</summary>
    public static TheoryData<string> WholeNames => [.. Whole.Select(static model => model.Description.Name)];

    /// <summary>Their names, the cases of theories.</summary>
    public static TheoryData<string> Names => [.. All.Select(static model => model.Description.Name)];

    public static TrainableModel Named(string name) => All.Concat(Whole ?? []).First(model => model.Description.Name == name);
}

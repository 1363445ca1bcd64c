namespace KernelGen.Tests.Models;

/// <summary>Every model that is declared in this project.</summary>
internal static class DeclaredModels
{
    public static IReadOnlyList<DeclaredModel> All { get; } =
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
#if SHARED_G2P
        DeclaredModel.Of<Pronouncer.Avx512Kernels, Pronouncer.Avx2Kernels, Pronouncer.PortableKernels>(
            Pronouncer.Description, Pronouncer.Load, Pronouncer.Load),
#endif
    ];

    /// <summary>The names of all models, for theories.</summary>
    public static TheoryData<string> Names => [.. All.Select(static model => model.Description.Name)];

    /// <summary>Every model with every precision, for theories.</summary>
    public static TheoryData<string, WeightPrecision> WithPrecisions
    {
        get
        {
            var data = new TheoryData<string, WeightPrecision>();
            foreach (DeclaredModel model in All)
            {
                foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
                {
                    data.Add(model.Description.Name, precision);
                }
            }

            return data;
        }
    }

    /// <summary>Every model with every instruction set, for theories.</summary>
    public static TheoryData<string, InstructionSet> WithInstructionSets
    {
        get
        {
            var data = new TheoryData<string, InstructionSet>();
            foreach (DeclaredModel model in All)
            {
                foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>())
                {
                    data.Add(model.Description.Name, instructionSet);
                }
            }

            return data;
        }
    }

    /// <summary>Every model with every precision and every instruction set, for theories.</summary>
    public static TheoryData<string, WeightPrecision, InstructionSet> WithPrecisionsAndInstructionSets
    {
        get
        {
            var data = new TheoryData<string, WeightPrecision, InstructionSet>();
            foreach (TheoryDataRow<string, WeightPrecision> row in WithPrecisions)
            {
                foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>())
                {
                    data.Add(row.Data.Item1, row.Data.Item2, instructionSet);
                }
            }

            return data;
        }
    }

    public static DeclaredModel Named(string name) => All.Single(model => model.Description.Name == name);
}

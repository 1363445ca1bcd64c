using KernelGen.Benchmarks.Models;
using KernelGen.Execution;
using KernelGen.Training;

namespace KernelGen.Benchmarks.Training;

/// <summary>A model that is trained, and the batches that it is trained with.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">The model.</param>
/// <param name="Pairs">The pairs of a batch.</param>
/// <param name="SourceLength">The tokens of a source, where all are equally long.</param>
/// <param name="TargetLength">The tokens of a target.</param>
/// <param name="CreateEngine">Makes what computes gradients.</param>
internal sealed record TrainingCase(
    string Name,
    ModelDescription Description,
    int Pairs,
    int SourceLength,
    int TargetLength,
    Func<TrainingParameters, WorkerThreads, InstructionSet, TrainingEngine> CreateEngine)
{
    /// <summary>Batches that a contender runs through again and again.</summary>
    private const int Batches = 4;

    /// <summary>Every case.</summary>
    public static IReadOnlyList<TrainingCase> All { get; } =
    [
        Of<TrainableG2p.Avx512Kernels, TrainableG2p.Avx2Kernels, TrainableG2p.PortableKernels>("g2p", TrainableG2p.Description, 128, 9, 8),
        Of<TrainableZhEn.Avx512Kernels, TrainableZhEn.Avx2Kernels, TrainableZhEn.PortableKernels>("zh-en", TrainableZhEn.Description, 64, 10, 10),
        Of<TrainableStudent.Avx512Kernels, TrainableStudent.Avx2Kernels, TrainableStudent.PortableKernels>("student", TrainableStudent.Description, 32, 24, 24),
        Of<TrainableBase.Avx512Kernels, TrainableBase.Avx2Kernels, TrainableBase.PortableKernels>("base", TrainableBase.Description, 32, 24, 24),
    ];

    /// <summary>The case of a name.</summary>
    public static TrainingCase Named(string name) => All.Single(known => known.Name == name);

    /// <summary>Batches of random tokens, all sources and all targets equally long.</summary>
    public IReadOnlyList<IReadOnlyList<TokenPair>> EqualBatches()
    {
        var random = new Random(1);
        int[] Tokens(int count, int vocabulary) => [.. Enumerable.Range(0, count).Select(_ => random.Next(3, vocabulary))];
        return
        [
            .. Enumerable.Range(0, Batches).Select(_ => Enumerable.Range(0, Pairs).Select(_ => new TokenPair(
                Tokens(SourceLength, Description.SourceVocabularySize),
                (int[])[.. Tokens(TargetLength - 1, Description.TargetVocabularySize), Description.EndToken])).ToArray()),
        ];
    }

    private static TrainingCase Of<TAvx512, TAvx2, TPortable>(string name, ModelDescription description, int pairs, int sourceLength, int targetLength)
        where TAvx512 : struct, ITrainingKernels
        where TAvx2 : struct, ITrainingKernels
        where TPortable : struct, ITrainingKernels =>
        new(name, description, pairs, sourceLength, targetLength, static (parameters, workers, set) => set switch
        {
            InstructionSet.Avx512 => TrainingEngine.Create<TAvx512>(parameters, workers),
            InstructionSet.Avx2 => TrainingEngine.Create<TAvx2>(parameters, workers),
            InstructionSet.Portable => TrainingEngine.Create<TPortable>(parameters, workers),
            _ => throw new ArgumentOutOfRangeException(nameof(set), set, "There are no kernels for it."),
        });
}

using KernelGen.Execution;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Kernels;

namespace KernelGen.Training.Tests.Declarations;

/// <summary>A declared model that can be trained, and its kernels.</summary>
internal sealed class TrainableModel
{
    private readonly IReadOnlyList<TrainingKernelSet> _kernels;

    private TrainableModel(ModelDescription description, IReadOnlyList<TrainingKernelSet> kernels)
    {
        Description = description;
        _kernels = kernels;
    }

    public ModelDescription Description { get; }

    /// <summary>The instruction sets that this process may use, the portable one last.</summary>
    public IEnumerable<InstructionSet> InstructionSets => Kernels.Select(static kernels => kernels.InstructionSet);

    /// <summary>The kernels for each instruction set that this process may use, the portable ones last.</summary>
    public IEnumerable<TrainingKernelSet> Kernels => _kernels.Where(static kernels => kernels.IsSupported);

    public static TrainableModel Of<TAvx512, TAvx2, TPortable>(ModelDescription description)
        where TAvx512 : struct, ITrainingKernels
        where TAvx2 : struct, ITrainingKernels
        where TPortable : struct, ITrainingKernels => new(
            description, [new TrainingKernelSet<TAvx512>(description), new TrainingKernelSet<TAvx2>(description), new TrainingKernelSet<TPortable>(description)]);

    /// <summary>
    /// Makes an engine with the kernels of an instruction set, as generated code does: AVX-VNNI, which differs from AVX2 in 8-bit weights alone, trains with the kernels of
    /// AVX2. By default with the best that this process may use.
    /// </summary>
    public TrainingEngine CreateEngine(TrainingParameters parameters, WorkerThreads workers, InstructionSet? set = null)
    {
        InstructionSet? trains = set == InstructionSet.AvxVnni ? InstructionSet.Avx2 : set;
        return Kernels.First(kernels => trains is null || kernels.InstructionSet == trains).CreateEngine(parameters, workers);
    }

    /// <summary>Makes a trainer.</summary>
    public Trainer CreateTrainer(TrainingOptions options) => Trainer.Create(Description, options, (parameters, workers, set) => CreateEngine(parameters, workers, set));

    /// <summary>What kernels compute, which must have the same bits for every instruction set.</summary>
    /// <param name="what">What is computed.</param>
    /// <param name="compute">Computes it.</param>
    public float[] Compute(string what, Func<TrainingKernelSet, float[]> compute)
    {
        float[]? expected = null;
        foreach (TrainingKernelSet kernels in Kernels)
        {
            float[] actual = compute(kernels);
            BitAssert.Equal(expected ?? actual, actual, $"{kernels}: {what}");
            expected ??= actual;
        }

        return expected ?? throw new InvalidOperationException("No kernels may run here.");
    }
}

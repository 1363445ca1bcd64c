namespace KernelGen.Generator.Emission.Training;

/// <summary>Writes the kernels that train a model, for one instruction set, beside those that run it.</summary>
internal static class TrainingEmitter
{
    public static IReadOnlyList<GeneratedFile> Emit(KernelContext context) =>
    [
        TrainingLinearEmitter.Emit(context),
        WeightGradientEmitter.Emit(context),
        NormGradientEmitter.Emit(context),
        ActivationEmitter.Emit(context),
        HeadEmitter.Emit(context),
        SoftmaxGradientEmitter.Emit(context),
        CrossEntropyEmitter.Emit(context),
    ];
}

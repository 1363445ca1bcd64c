namespace KernelGen.Generator.Specification;

/// <summary>
/// The names that generated code takes from outside, and that a project must not give another meaning. A test compares them with what is really generated.
/// </summary>
internal static class GeneratedNames
{
    /// <summary>What is written without a namespace before it: the aliases of the generated files, and the native integer, which is no keyword.</summary>
    public static readonly IReadOnlyList<string> Unqualified =
    [
        "Avx2_", "Avx512BW_", "Avx512F_", "Bytes_", "Epilogue_", "Exact_", "Floats128_", "Floats256_", "Floats_", "Hints_", "Integers_", "LogitRow_", "MethodImpl_",
        "Precision_", "Shorts256_", "Shorts_", "SignedBytes128_", "SignedBytes256_", "SignedBytes_", "Simd128_", "Simd256_", "Simd_", "Uncovered_",
        "UnsignedShorts256_", "Weights_", "nint",
    ];

    /// <summary>What the generated part of a class declares, overloads of Load apart: the user's part must not.</summary>
    public static readonly IReadOnlyList<string> Members = ["CreateEngine", "Description", "Epilogues", "Avx512Kernels", "Avx2Kernels", "PortableKernels"];

    /// <summary>What it declares beside where the model can be trained.</summary>
    public static readonly IReadOnlyList<string> TrainingMembers = ["CreateTrainer", "CreateTrainingEngine"];

    /// <summary>What the generated part of a class with single kernels declares, beside their methods.</summary>
    public static readonly IReadOnlyList<string> KernelMembers = ["Epilogues", "Avx512Kernels", "Avx2Kernels", "PortableKernels"];

    /// <summary>The types that are written with <c>global::</c>, as metadata names them.</summary>
    public static readonly IReadOnlyList<string> Qualified =
    [
        "KernelGen.Activation",
        "KernelGen.Architecture",
        "KernelGen.Checkpoints.CheckpointException",
        "KernelGen.EncoderDecoder",
        "KernelGen.Execution.CacheHints",
        "KernelGen.Execution.AttentionCalls",
        "KernelGen.Execution.AttentionCallShape",
        "KernelGen.Execution.EmbeddingCalls",
        "KernelGen.Execution.Engine",
        "KernelGen.Execution.Float32Weights",
        "KernelGen.Execution.ILinearEpilogue",
        "KernelGen.Execution.ILinearKernels",
        "KernelGen.Execution.IModelKernels",
        "KernelGen.Execution.ITrainingKernels",
        "KernelGen.Execution.IWeightPrecision",
        "KernelGen.Execution.LinearCalls",
        "KernelGen.Execution.LinearCallShape",
        "KernelGen.Execution.LinearWeights",
        "KernelGen.Execution.LogitRow",
        "KernelGen.Execution.ModelDescription",
        "KernelGen.Execution.ModelLoader",
        "KernelGen.Execution.PortableArithmetic",
        "KernelGen.Execution.RowCalls",
        "KernelGen.Execution.SingleKernels",
        "KernelGen.IEncoderDecoderModel`1",
        "KernelGen.ISpeechModel`1",
        "KernelGen.InstructionSet",
        "KernelGen.Mask",
        "KernelGen.ModelLoadOptions",
        "KernelGen.NormPlacement",
        "KernelGen.Normalization",
        "KernelGen.PackedLinear",
        "KernelGen.Packing.PackedModel",
        "KernelGen.PositionalEncoding",
        "KernelGen.SpeechModel",
        "KernelGen.Training.Trainer",
        "KernelGen.Training.TrainingEngine",
        "KernelGen.Training.TrainingOptions",
        "KernelGen.Training.TrainingParameters",
        "KernelGen.Training.WorkerThreads",
        "KernelGen.WeightPrecision",
        "System.ArgumentException",
        "System.CodeDom.Compiler.GeneratedCodeAttribute",
        "System.Diagnostics.CodeAnalysis.ExcludeFromCodeCoverageAttribute",
        "System.Diagnostics.CodeAnalysis.SetsRequiredMembersAttribute",
        "System.IO.IOException",
        "System.IO.Stream",
        "System.Math",
        "System.MathF",
        "System.NotSupportedException",
        "System.PlatformNotSupportedException",
        "System.ReadOnlySpan`1",
        "System.Runtime.CompilerServices.MethodImplAttribute",
        "System.Runtime.CompilerServices.MethodImplOptions",
        "System.Runtime.CompilerServices.SkipLocalsInitAttribute",
        "System.Runtime.Intrinsics.Vector128",
        "System.Runtime.Intrinsics.Vector128`1",
        "System.Runtime.Intrinsics.Vector256",
        "System.Runtime.Intrinsics.Vector256`1",
        "System.Runtime.Intrinsics.Vector512",
        "System.Runtime.Intrinsics.Vector512`1",
        "System.Runtime.Intrinsics.X86.Avx2",
        "System.Runtime.Intrinsics.X86.Avx512BW",
        "System.Runtime.Intrinsics.X86.Avx512DQ",
        "System.Runtime.Intrinsics.X86.Avx512F",
        "System.Runtime.Intrinsics.X86.Fma",
        "System.Span`1",
        "System.UnauthorizedAccessException",
    ];
}

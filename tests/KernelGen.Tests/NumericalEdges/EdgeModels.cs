using System.Collections.Concurrent;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.NumericalEdges;

/// <summary>Models whose weights are changed to where numbers end; unless it is said, source and target embeddings and the output projection are tensors of their own.</summary>
internal static class EdgeModels
{
    /// <summary>Post-norm and pre-norm, every activation, 8-bit and 12-bit inputs, with and without a screened output projection.</summary>
    private static readonly string[] Names = [nameof(GoldenVanilla), nameof(GoldenVanillaPreNorm), nameof(HeadsOf4), nameof(HeadsOf11), nameof(OddScreened)];

    /// <summary>Random weights, made once.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<Dictionary<string, Tensor>>> Checkpoints = [];

    public static TheoryData<string, WeightPrecision, InstructionSet> Cases => Theories.WithEach<WeightPrecision, InstructionSet>(Names);

    /// <summary>The same, and a model whose source and target have one embedding.</summary>
    public static TheoryData<string, WeightPrecision, InstructionSet> CasesWithSharedEmbedding =>
        Theories.WithEach<WeightPrecision, InstructionSet>([.. Names, nameof(GoldenT5Gated)]);

    /// <summary>Each model in each precision, for tests that compare the instruction sets.</summary>
    public static TheoryData<string, WeightPrecision> ModelsAndPrecisions => Theories.WithEach<WeightPrecision>(Names);

    /// <summary>The instruction sets of this process.</summary>
    public static IEnumerable<InstructionSet> InstructionSetsHere => Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported);

    public static EncoderDecoder Load(string name, WeightPrecision precision, InstructionSet instructionSet, Action<Dictionary<string, Tensor>>? change = null)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        DeclaredModel declared = DeclaredModels.Named(name);
        return declared.Load(Weights(declared, change), instructionSet, precision);
    }

    public static MemoryStream Weights(DeclaredModel declared, Action<Dictionary<string, Tensor>>? change)
    {
        Dictionary<string, Tensor> unchanged = Checkpoints.GetOrAdd(
            declared.Description.Name, _ => new Lazy<Dictionary<string, Tensor>>(() => RandomCheckpoint.Create(declared.Description, seed: 5))).Value;
        var tensors = unchanged.ToDictionary(static tensor => tensor.Key, static tensor => tensor.Value with { Values = [.. tensor.Value.Values] });
        change?.Invoke(tensors);
        return TensorFile.Write(tensors);
    }

    /// <summary>Checks that the same elements are no numbers, and that all others have the same bits.</summary>
    public static void AssertSame(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        static float[] WithOneNaN(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), static value => float.IsNaN(value) ? float.NaN : value);
        BitAssert.Equal(WithOneNaN(expected), WithOneNaN(actual), what);
    }
}

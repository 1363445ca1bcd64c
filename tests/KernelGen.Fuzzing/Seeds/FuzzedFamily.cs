using KernelGen.Execution;

namespace KernelGen.Fuzzing.Seeds;

/// <summary>A model whose checkpoints are changed, and how one is loaded.</summary>
internal sealed record FuzzedFamily(ModelDescription Description, Func<Stream, ModelLoadOptions, EncoderDecoder> Load)
{
    /// <summary>One model of each family that names tensors in its own way, or has others.</summary>
    public static IReadOnlyList<FuzzedFamily> All { get; } =
    [
        new(FuzzedVanilla.Description, FuzzedVanilla.Load),
        new(FuzzedBart.Description, FuzzedBart.Load),
        new(FuzzedT5.Description, FuzzedT5.Load),
        new(FuzzedM2M100.Description, FuzzedM2M100.Load),
        new(FuzzedPegasus.Description, FuzzedPegasus.Load),
    ];

    /// <summary>The model that a file is likely to be of, by names that other families do not have; of Vanilla's where there are none.</summary>
    public static FuzzedFamily Of(ReadOnlySpan<byte> file) => All[
        file.IndexOf("SelfAttention"u8) >= 0 ? 2
        : file.IndexOf("model.shared.weight"u8) < 0 ? 0
        : file.IndexOf("layernorm_embedding"u8) >= 0 ? 1
        : file.IndexOf("final_logits_bias"u8) < 0 ? 3
        : 4];
}

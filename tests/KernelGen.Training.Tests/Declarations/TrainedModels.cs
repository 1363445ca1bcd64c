using KernelGen.Execution;

namespace KernelGen.Training.Tests.Declarations;

/// <summary>The models that are declared in this project, by what their goldens are called.</summary>
internal static class TrainedModels
{
    public static IReadOnlyDictionary<string, ModelDescription> Goldens { get; } = new Dictionary<string, ModelDescription>
    {
        ["vanilla-post-norm"] = GoldenVanilla.Description,
        ["vanilla-pre-norm-odd-dimensions"] = GoldenVanillaPreNorm.Description,
        ["vanilla-head-64"] = GoldenVanillaHead64.Description,
        ["marian"] = GoldenMarian.Description,
        ["bart"] = GoldenBart.Description,
        ["m2m100"] = GoldenM2M100.Description,
        ["mbart50"] = GoldenMBart50.Description,
        ["t5-v1_0"] = GoldenT5.Description,
        ["t5-v1_1"] = GoldenT5Gated.Description,
        ["pegasus"] = GoldenPegasus.Description,
    };

    public static IReadOnlyDictionary<string, ModelDescription> All { get; } = new Dictionary<string, ModelDescription>(Goldens)
    {
        [nameof(OddVanilla)] = OddVanilla.Description,
        [nameof(TwoVocabularies)] = TwoVocabularies.Description,
        [nameof(OddWhisper)] = OddWhisper.Description,
        [nameof(EvenWhisper)] = EvenWhisper.Description,
    };

    public static TheoryData<string> GoldenNames => [.. Goldens.Keys];

    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>The weights of a golden.</summary>
    public static string Path(string golden) => System.IO.Path.Combine(AppContext.BaseDirectory, "Goldens", "data", golden, "model.safetensors");
}

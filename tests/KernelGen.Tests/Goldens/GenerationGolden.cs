using System.Text.Json;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Goldens;

/// <summary>A model and what Hugging Face's Transformers generate with many option sets; data/README.md describes the files.</summary>
internal sealed class GenerationGolden
{
    private static readonly (string Folder, string Model)[] Folders = [("generation-bart", nameof(GoldenBart)), ("generation-marian", nameof(GoldenMarian))];

    private GenerationGolden(string folder, string model)
    {
        string data = Path.Combine(AppContext.BaseDirectory, "Goldens", "data");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(data, folder, "case.json")));
        JsonElement root = document.RootElement;
        Name = folder;
        Model = DeclaredModels.Named(model);
        ModelPath = Path.GetFullPath(Path.Combine(data, folder, root.GetProperty("model").GetString()!, "model.safetensors"));
        int[][] sources = [.. root.GetProperty("sources").EnumerateArray().Select(Integers)];
        Sets = [.. root.GetProperty("sets").EnumerateArray().Select(set => new OptionSet(
            set.GetProperty("name").GetString()!,
            set.GetProperty("options").GetRawText(),
            [.. set.GetProperty("cases").EnumerateArray().Select(answer => new GenerationAnswer(
                sources[answer.GetProperty("source").GetInt32()],
                [.. answer.GetProperty("tokens").EnumerateArray().Select(Integers)],
                [.. answer.GetProperty(answer.TryGetProperty("sequences_scores", out _) ? "sequences_scores" : "log_probability").EnumerateArray().Select(static score => score.GetDouble())]))]))];
    }

    public static IReadOnlyList<GenerationGolden> All { get; } = [.. Folders.Select(static golden => new GenerationGolden(golden.Folder, golden.Model))];

    /// <summary>Every golden with every instruction set, for theories.</summary>
    public static TheoryData<string, InstructionSet> WithInstructionSets => Theories.WithEach<InstructionSet>(All.Select(static golden => golden.Name));

    public string Name { get; }

    public DeclaredModel Model { get; }

    public string ModelPath { get; }

    public IReadOnlyList<OptionSet> Sets { get; }

    public static GenerationGolden Named(string name) => All.Single(golden => golden.Name == name);

    /// <summary>Loads the model; the test is skipped where this process cannot use the instruction set.</summary>
    public EncoderDecoder Load(InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        return Model.Load(ModelPath, instructionSet);
    }

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(static element => element.GetInt32())];
}

/// <summary>Options as a generation_config.json has them, and what comes out.</summary>
internal sealed record OptionSet(string Name, string Json, GenerationAnswer[] Cases);

/// <summary>The answers for one source, the best first.</summary>
/// <param name="Source">The source.</param>
/// <param name="Tokens">The tokens of each, the end token included where it came.</param>
/// <param name="Scores">The score of each; for greedy search the sum of its log-probabilities.</param>
internal sealed record GenerationAnswer(int[] Source, int[][] Tokens, double[] Scores);

using System.Text.Json;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Goldens;

/// <summary>A model and what an independent reference answers for it; data/README.md describes the files.</summary>
internal sealed class Golden
{
    private static readonly (string Folder, string Model)[] Folders =
    [
        ("vanilla-post-norm", nameof(GoldenVanilla)),
        ("vanilla-pre-norm-odd-dimensions", nameof(GoldenVanillaPreNorm)),
        ("vanilla-head-64", nameof(GoldenVanillaHead64)),
        ("marian", nameof(GoldenMarian)),
        ("bart", nameof(GoldenBart)),
        ("m2m100", nameof(GoldenM2M100)),
        ("mbart50", nameof(GoldenMBart50)),
        ("t5-v1_0", nameof(GoldenT5)),
        ("t5-v1_1", nameof(GoldenT5Gated)),
        ("pegasus", nameof(GoldenPegasus)),
    ];

    private Golden(string folder, string model)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Goldens", "data", folder);
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "case.json")));
        JsonElement root = document.RootElement;
        Name = folder;
        Model = DeclaredModels.Named(model);
        ModelPath = Path.Combine(path, "model.safetensors");
        Expected = TensorFile.Read(Path.Combine(path, "expected.safetensors"));
        Settings = root.GetProperty("settings").Clone();
        IsDeclaredByFile = File.Exists(Path.Combine(path, "config.json"));
        MaxNewTokens = root.GetProperty("max_new_tokens").GetInt32();
        Sources = [.. root.GetProperty("sources").EnumerateArray().Select(Integers)];
        TargetPrefixes = [.. root.GetProperty("target_prefixes").EnumerateArray().Select(Integers)];
        ForcedPrefixes = root.TryGetProperty("forced_prefixes", out JsonElement prefixes) ? [.. prefixes.EnumerateArray().Select(Integers)] : [.. Sources.Select(static _ => Array.Empty<int>())];
        Greedy = [.. root.GetProperty("greedy").EnumerateArray().Select(static answer =>
            new GreedyAnswer(Integers(answer.GetProperty("tokens")), answer.GetProperty("log_probability").GetDouble()))];
        BeamSize = root.GetProperty("beam_size").GetInt32();
        LengthPenalty = root.GetProperty("length_penalty").GetDouble();
        Beam = [.. root.GetProperty("beam").EnumerateArray().Select(static answers => answers.EnumerateArray().Select(static answer =>
            new BeamAnswer(Integers(answer.GetProperty("tokens")), answer.GetProperty("score").GetDouble())).ToArray())];
    }

    public static IReadOnlyList<Golden> All { get; } = [.. Folders.Select(static golden => new Golden(golden.Folder, golden.Model))];

    public string Name { get; }

    public DeclaredModel Model { get; }

    public string ModelPath { get; }

    public JsonElement Settings { get; }

    /// <summary>Whether the model is declared by its config.json, which the other goldens do not have; then <see cref="Settings"/> holds its tokens alone.</summary>
    public bool IsDeclaredByFile { get; }

    /// <summary>How far numbers may be from the reference; where it computed in double precision, near enough to tell epsilons of 1e-5 and 1e-6 apart.</summary>
    public double Tolerance => IsDeclaredByFile ? 5e-5 : 1e-4;

    public int MaxNewTokens { get; }

    public int[][] Sources { get; }

    public int[][] TargetPrefixes { get; }

    /// <summary>What every target of a source begins with; <see cref="MaxNewTokens"/> and the answers count it.</summary>
    public int[][] ForcedPrefixes { get; }

    /// <summary>The greedy answers, end token included.</summary>
    public IReadOnlyList<GreedyAnswer> Greedy { get; }

    public int BeamSize { get; }

    public double LengthPenalty { get; }

    /// <summary>The hypotheses of beam search for each source, the best first.</summary>
    public IReadOnlyList<BeamAnswer[]> Beam { get; }

    /// <summary><c>memory.i</c> and <c>logits.i</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> Expected { get; }

    /// <summary>The names of all goldens, for theories.</summary>
    public static TheoryData<string> Names => [.. All.Select(static golden => golden.Name)];

    /// <summary>Every golden with every instruction set, for theories.</summary>
    public static TheoryData<string, InstructionSet> WithInstructionSets => Theories.WithEach<InstructionSet>(All.Select(static golden => golden.Name));

    public static Golden Named(string name) => All.Single(golden => golden.Name == name);

    /// <summary>Loads the model; the test is skipped where this process cannot use the instruction set.</summary>
    public EncoderDecoder Load(InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        return Model.Load(ModelPath, instructionSet);
    }

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(static element => element.GetInt32())];
}

/// <summary>What the reference generates greedily for one source.</summary>
/// <param name="Tokens">The tokens, the end token included where it came.</param>
/// <param name="LogProbability">The sum of their log-probabilities.</param>
internal sealed record GreedyAnswer(int[] Tokens, double LogProbability);

/// <summary>A hypothesis that the reference finds by beam search.</summary>
/// <param name="Tokens">The tokens, the end token included where it came.</param>
/// <param name="Score">The sum of their log-probabilities divided by their number to the power of the length penalty.</param>
internal sealed record BeamAnswer(int[] Tokens, double Score);

using System.Text.Json;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;

namespace KernelGen.Training.Tests.Goldens;

/// <summary>What an independent reference computed of a model that is trained; data/README.md describes the files.</summary>
internal sealed class TrainingGolden
{
    private static readonly (string Folder, string Model)[] Folders =
    [
        ("training-vanilla-post-norm", nameof(GoldenVanilla)),
        ("training-vanilla-pre-norm-odd-dimensions", nameof(GoldenVanillaPreNorm)),
        ("training-vanilla-no-smoothing", nameof(GoldenVanillaPreNorm)),
        ("training-marian", nameof(GoldenMarian)),
        ("training-bart", nameof(GoldenBart)),
    ];

    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "Goldens", "data");

    private readonly JsonElement _root;

    private TrainingGolden(string folder, string model)
    {
        Name = folder;
        Model = TrainableModels.Named(model);
        Folder = Path.Combine(Data, folder);
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "case.json")));
        _root = document.RootElement.Clone();
        ModelPath = Path.Combine(Data, Path.GetFileName(_root.GetProperty("model").GetString()!), "model.safetensors");
        foreach (JsonElement pair in _root.GetProperty("pairs").EnumerateArray())
        {
            int[] target = Integers(pair.GetProperty("target"));
            int[] read = Integers(pair.GetProperty("decoder_input"));
            Pairs.Add(new TokenPair(Integers(pair.GetProperty("source")), target));
            Batch.Add(Integers(pair.GetProperty("source")), target, read[0]);
            Assert.Equal(target[..^1], read[1..]);
        }

        Assert.Equal(TargetTokens, Batch.Labels.Length);
    }

    public static IReadOnlyList<TrainingGolden> All { get; } = [.. Folders.Select(static golden => new TrainingGolden(golden.Folder, golden.Model))];

    public string Name { get; }

    public TrainableModel Model { get; }

    /// <summary>The folder of the case.</summary>
    public string Folder { get; }

    /// <summary>Where training starts.</summary>
    public string ModelPath { get; }

    /// <summary>All pairs.</summary>
    public PairBatch Batch { get; } = new();

    /// <summary>The same as a user has them.</summary>
    public List<TokenPair> Pairs { get; } = [];

    public int TargetTokens => _root.GetProperty("target_tokens").GetInt32();

    public float LabelSmoothing => _root.GetProperty("label_smoothing").GetSingle();

    /// <summary>The loss at the start.</summary>
    public double Loss => _root.GetProperty("loss").GetDouble();

    /// <summary>What some optimizer did in five steps.</summary>
    public JsonElement Steps(string name) => _root.GetProperty(name);

    public static TrainingGolden Named(string name) => All.Single(golden => golden.Name == name);

    /// <summary>Whether an element of a tensor has a gradient, or is a matter of rounding.</summary>
    public bool HasGradient(string tensor, int element)
    {
        foreach (JsonElement range in _root.GetProperty("no_gradient").EnumerateArray())
        {
            int first = range.GetProperty("first").GetInt32();
            if (range.GetProperty("tensor").GetString() == tensor && element >= first && element < first + range.GetProperty("count").GetInt32())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The tensors of one of the case's files.</summary>
    public Dictionary<string, Tensor> Read(string file) => TensorFile.Read(Path.Combine(Folder, file));

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(static value => value.GetInt32())];
}

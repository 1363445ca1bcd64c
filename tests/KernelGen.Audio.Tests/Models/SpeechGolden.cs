using System.Text.Json;
using KernelGen.Tests.Reference;

namespace KernelGen.Audio.Tests.Models;

/// <summary>A small model of speech and what an independent reference answers for it; Data/README.md describes the files.</summary>
internal sealed class SpeechGolden
{
    private readonly string[] _sources;

    private SpeechGolden(string folder)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Data", folder);
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "case.json")));
        JsonElement root = document.RootElement;
        ModelPath = Path.Combine(path, "model.safetensors");
        Expected = TensorFile.Read(Path.Combine(path, "expected.safetensors"));
        JsonElement settings = root.GetProperty("settings");
        Start = settings.GetProperty("start_id").GetInt32();
        Suppressed = Integers(settings.GetProperty("suppress"));
        BeginSuppressed = Integers(settings.GetProperty("begin_suppress"));
        MaxNewTokens = root.GetProperty("max_new_tokens").GetInt32();
        _sources = [.. root.GetProperty("sources").EnumerateArray().Select(source => Path.Combine(path, source.GetString()!))];
        TargetPrefixes = [.. root.GetProperty("target_prefixes").EnumerateArray().Select(Integers)];
        ForcedPrefixes = [.. root.GetProperty("forced_prefixes").EnumerateArray().Select(Integers)];
        Greedy = [.. root.GetProperty("greedy").EnumerateArray().Select(static answer => new Answer(
            Integers(answer.GetProperty("tokens")),
            answer.GetProperty("log_probability").GetDouble(),
            answer.GetProperty("log_probability_of_free_tokens").GetDouble()))];
        BeamSize = root.GetProperty("beam_size").GetInt32();
        Beam = Hypotheses(root.GetProperty("beam"));
        BeamOfFreeTokens = root.TryGetProperty("beam_of_free_tokens", out JsonElement free) ? Hypotheses(free) : Beam;
    }

    public static SpeechGolden Whisper { get; } = new("whisper");

    public static SpeechGolden Moonshine { get; } = new("moonshine");

    public string ModelPath { get; }

    public int Start { get; }

    public int[] Suppressed { get; }

    public int[] BeginSuppressed { get; }

    public int MaxNewTokens { get; }

    /// <summary>The number of sources.</summary>
    public int Count => _sources.Length;

    public int[][] TargetPrefixes { get; }

    /// <summary>What every target of a source begins with; <see cref="MaxNewTokens"/> and the answers count it.</summary>
    public int[][] ForcedPrefixes { get; }

    public Answer[] Greedy { get; }

    public int BeamSize { get; }

    /// <summary>The hypotheses of each source, the best first, whose scores count the forced tokens.</summary>
    public Hypothesis[][] Beam { get; }

    /// <summary>The same where scores are of the free tokens alone.</summary>
    public Hypothesis[][] BeamOfFreeTokens { get; }

    /// <summary><c>mel.i</c>, <c>memory.i</c> and <c>logits.i</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> Expected { get; }

    /// <summary>The frames of a source, <c>[frames, bins]</c>; the file has them the other way round.</summary>
    public float[] Frames(int source)
    {
        Tensor mel = Expected[$"mel.{source}"];
        (int bins, int frames) = (mel.Shape[0], mel.Shape[1]);
        float[] rows = new float[frames * bins];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = mel.Values[(i % bins * frames) + (i / bins)];
        }

        return rows;
    }

    /// <summary>The samples of a source.</summary>
    public float[] Samples(int source) => AudioFile.Read(_sources[source]);

    private static Hypothesis[][] Hypotheses(JsonElement sources) => [.. sources.EnumerateArray().Select(static source => source.EnumerateArray().Select(static hypothesis =>
        new Hypothesis(Integers(hypothesis.GetProperty("tokens")), hypothesis.GetProperty("score").GetDouble())).ToArray())];

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(static element => element.GetInt32())];

    /// <summary>What the reference generates greedily for one source.</summary>
    /// <param name="Tokens">The tokens, the forced ones and the end token included.</param>
    /// <param name="LogProbability">The sum of their log-probabilities.</param>
    /// <param name="LogProbabilityOfFreeTokens">The same without those of forced tokens.</param>
    internal sealed record Answer(int[] Tokens, double LogProbability, double LogProbabilityOfFreeTokens);

    /// <summary>A hypothesis that the reference finds by beam search.</summary>
    /// <param name="Tokens">The tokens, the forced ones and the end token included.</param>
    /// <param name="Score">The mean of their log-probabilities.</param>
    internal sealed record Hypothesis(int[] Tokens, double Score);
}

using System.Reflection;
using KernelGen.Checkpoints;
using KernelGen.Text;

namespace KernelGen.Samples.Nearest;

/// <summary>Compares sentences by what the encoder makes of them. Weights and tokenizer are resources of the program.</summary>
internal sealed class MeaningSearch : IDisposable
{
    private readonly SentencePieceTokenizer _tokenizer = SentencePieceTokenizer.Load(Resource("source.spm"));
    private readonly Encoder _encoder;

    public MeaningSearch()
    {
        using SafetensorsFile file = SafetensorsFile.Open(Resource("model.safetensors"));
        _encoder = new Encoder(file);
    }

    /// <summary>Sentences with the cosine of the angle between their meaning and that of another, the nearest first.</summary>
    /// <param name="query">The other sentence.</param>
    /// <param name="sentences">The sentences.</param>
    /// <exception cref="ArgumentException">A sentence is empty or too long.</exception>
    public IReadOnlyList<(string Sentence, float Similarity)> Sort(string query, IEnumerable<string> sentences)
    {
        float[] meaning = Meaning(query);
        return [.. sentences.Select(sentence => (sentence, Similarity(meaning, Meaning(sentence)))).OrderByDescending(static found => found.Item2)];
    }

    public void Dispose() => _encoder.Dispose();

    private float[] Meaning(string sentence)
    {
        int[] tokens = [.. _tokenizer.Encode(sentence)];
        return tokens.Length is >= 1 and <= EncoderKernels.MaxLength
            ? _encoder.Meaning(tokens)
            : throw new ArgumentException($"A sentence has {tokens.Length} tokens; the encoder takes 1 to {EncoderKernels.MaxLength}.");
    }

    private static float Similarity(float[] first, float[] second) => first.Zip(second, static (a, b) => a * b).Sum();

    private static Stream Resource(string name) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The program has no resource '{name}'.");
}

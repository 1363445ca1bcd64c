namespace KernelGen.Samples.Pronounce;

/// <summary>The share of words that a model pronounces wrongly: as none of their pronunciations (Bisani and Ney 2008, "Joint-sequence models for grapheme-to-phoneme conversion").</summary>
internal static class WordErrors
{
    /// <summary>Words that are pronounced at once.</summary>
    private const int Batch = 256;

    /// <summary>Counts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="dictionary">Words with their pronunciations.</param>
    /// <param name="options">How to search.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>From 0 to 1.</returns>
    public static double Of(Pronouncer model, PronunciationDictionary dictionary, GenerationOptions options, CancellationToken cancellationToken = default)
    {
        int wrong = 0;
        foreach (KeyValuePair<string, List<string>>[] words in dictionary.Pronunciations.Chunk(Batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            int[][] sources = Array.ConvertAll(words, static word => Letters.Encode(word.Key));
            GenerationResult[] results = model.Generate(sources, options, cancellationToken);
            for (int i = 0; i < words.Length; i++)
            {
                wrong += words[i].Value.Contains(Phonemes.Decode(results[i].Hypotheses[0].Tokens.AsSpan())) ? 0 : 1;
            }
        }

        return (double)wrong / dictionary.Pronunciations.Count;
    }
}

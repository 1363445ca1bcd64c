using System.Diagnostics;

namespace KernelGen.Text;

/// <summary>
/// Makes SentencePiece models from text, as SentencePiece's own trainer does: the file that it writes is read by that library, by everything else that reads
/// such models, and by <see cref="SentencePieceTokenizer"/>.
/// </summary>
/// <remarks>
/// The same sentences, in any order, and the same options make the same bytes, on every machine. The models are as good as SentencePiece's, not the same:
/// what comes next to last in a vocabulary depends on how sums are rounded.
/// </remarks>
public static class SentencePieceTrainer
{
    private const double LeastCoverage = 0.98;
    private const int LongestPiece = 512;

    /// <summary>Makes a model.</summary>
    /// <param name="sentences">The text, in sentences or lines of any length. They are gone through once, and not kept.</param>
    /// <param name="options">What kind of model to make, or <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">A token to give up.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">
    /// The options contradict each other; a sentence is null; or the sentences have too little text for as many pieces, or too many characters for so few. The message
    /// says how many there may be.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static TrainedSentencePieceModel Train(
        IEnumerable<string> sentences, SentencePieceTrainingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        options ??= new SentencePieceTrainingOptions();
        Check(options);
        var special = new SpecialPieces(options);

        byte[] normalization = SentencePieceModelWriter.Normalizer(options);

        // A model without pieces normalises text as the one that is made from it.
        SentencePieceModel settings = SentencePieceModel.Read(SentencePieceModelWriter.Write(options, special, [], normalization), "The model");
        var normalizer = new SentencePieceNormalizer(settings, new PieceVocabulary(settings).UserDefined);
        PieceCorpus corpus = PieceCorpus.Read(sentences, options, special, normalizer, cancellationToken);
        int least = special.Count + corpus.Alphabet.Length;
        if (least > options.VocabularySize && options.Kind != SentencePieceKind.Character)
        {
            throw new ArgumentException(
                $"{nameof(options.VocabularySize)} is {options.VocabularySize}, but {special.Count} special pieces and the {corpus.Alphabet.Length} characters that are {options.CharacterCoverage:P2} of the text take {least}. "
                + $"Set it to that at least, or {nameof(options.CharacterCoverage)} lower.",
                nameof(options));
        }

        int count = options.VocabularySize - special.Count;
        List<(string Text, float Score)> pieces = options.Kind switch
        {
            SentencePieceKind.Unigram => UnigramTrainer.Train(corpus, options.MaxPieceLength, count, special.Count, cancellationToken),
            SentencePieceKind.Bpe => BpeTrainer.Train(corpus, options.MaxPieceLength, count, cancellationToken),
            SentencePieceKind.Character => Characters(corpus, count),
            _ => throw new UnreachableException(),
        };
        int size = special.Count + pieces.Count;
        if (size < options.VocabularySize && !options.AllowSmallerVocabulary)
        {
            throw new ArgumentException(
                $"{nameof(options.VocabularySize)} is {options.VocabularySize}, but this text makes no more than {size} pieces. Set it to that at most, or {nameof(options.AllowSmallerVocabulary)}.",
                nameof(options));
        }

        return special.Last < size
            ? new TrainedSentencePieceModel(SentencePieceModelWriter.Write(options, special, pieces, normalization), size)
            : throw new ArgumentException($"A special piece has the token {special.Last}, but the text makes no more than {size} pieces; tokens have no gaps.", nameof(options));
    }

    /// <summary>The most frequent characters, with the logarithms of their probabilities.</summary>
    private static List<(string Text, float Score)> Characters(PieceCorpus corpus, int count)
    {
        double all = corpus.CharacterCounts.Sum();
        return [.. corpus.SymbolsByCount().Take(count).Select(symbol => (corpus.TextOf([symbol]), (float)Math.Log(corpus.CharacterCounts[symbol] / all)))];
    }

    private static void Check(SentencePieceTrainingOptions options)
    {
        if (options.VocabularySize < 1)
        {
            throw new ArgumentException($"{nameof(options.VocabularySize)} is {options.VocabularySize}; it must be 1 or more.", nameof(options));
        }

        if (!(options.CharacterCoverage >= LeastCoverage && options.CharacterCoverage <= 1))
        {
            throw new ArgumentException($"{nameof(options.CharacterCoverage)} is {options.CharacterCoverage}; it must be from {LeastCoverage} to 1.", nameof(options));
        }

        if (options.MaxPieceLength is < 1 or > LongestPiece)
        {
            throw new ArgumentException($"{nameof(options.MaxPieceLength)} is {options.MaxPieceLength}; it must be from 1 to {LongestPiece}.", nameof(options));
        }
    }
}

using KernelGen.Execution;

namespace KernelGen.Recipes;

/// <summary>One dimension of an expected shape, with the words to speak of it.</summary>
/// <param name="size">The size that the declaration asks for.</param>
/// <param name="meaning">What the dimension is.</param>
/// <param name="property">The property of the declaration that decides it.</param>
internal readonly struct Dimension(long size, string meaning, string property)
{
    /// <summary>The size that the declaration asks for.</summary>
    public long Size => size;

    /// <summary>What the dimension is.</summary>
    public string Meaning => meaning;

    /// <summary>The property of the declaration that decides it.</summary>
    public string Property => property;

    /// <summary>How many things of the same size, one behind the other, make up the dimension.</summary>
    public int Factor { get; private init; } = 1;

    /// <summary>What a row has one of.</summary>
    public static Dimension One => new(1, "1", "");

    /// <summary>The width of the model.</summary>
    public static Dimension Model(ModelSettings model) => new(model.ModelDimension, "model dimension", nameof(model.ModelDimension));

    /// <summary>The heads of attention, one behind the other.</summary>
    public static Dimension Attention(ModelSettings model) => model.Heads * model.HeadDimension == model.ModelDimension
        ? Model(model)
        : new Dimension(model.HeadDimension, "head dimension", nameof(model.HeadDimension)).Times(model.Heads);

    /// <summary>The width between the two linear layers of a feed-forward block.</summary>
    public static Dimension FeedForward(ModelSettings model) => new(model.FeedForwardDimension, "feed-forward dimension", nameof(model.FeedForwardDimension));

    /// <summary>The numbers in a frame of the source.</summary>
    public static Dimension Channels(ModelSettings model) => new(model.SourceChannels, "channels", nameof(model.SourceChannels));

    /// <summary>The number of source tokens.</summary>
    public static Dimension SourceVocabulary(ModelSettings model) => Vocabulary(model, model.SourceVocabularySize, "source vocabulary", nameof(model.SourceVocabularySize));

    /// <summary>The number of target tokens.</summary>
    public static Dimension TargetVocabulary(ModelSettings model) => Vocabulary(model, model.TargetVocabularySize, "target vocabulary", nameof(model.TargetVocabularySize));

    /// <summary>Several things of the same size, one behind the other.</summary>
    public Dimension Times(int factor) => new(factor * size, $"{factor} · {meaning}", property) { Factor = factor * Factor };

    private static Dimension Vocabulary(ModelSettings model, int size, string meaning, string property) =>
        model.SourceVocabularySize == model.TargetVocabularySize
            ? new(size, "vocabulary", "VocabularySize")
            : new(size, meaning, property);
}

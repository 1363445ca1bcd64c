using KernelGen.Generator.Specification;
using static KernelGen.Generator.Tests.SpecificationTest;

namespace KernelGen.Generator.Tests;

public class PresetTests
{
    [Fact]
    public void Vanilla_is_torchs_transformer() => Assert.Equal(
        new ModelSpecification
        {
            Architecture = Architecture.Vanilla,
            ModelDimension = 8,
            Heads = 2,
            FeedForwardDimension = 16,
            EncoderLayers = 3,
            DecoderLayers = 4,
            SourceVocabularySize = 20,
            TargetVocabularySize = 20,
            MaxSourceLength = 5,
            MaxTargetLength = 6,
            NormPlacement = NormPlacement.Post,
            FinalNorm = true,
            EmbeddingNorm = false,
            Activation = Activation.Relu,
            PositionalEncoding = PositionalEncoding.Sinusoidal,
            PositionOffset = 0,
            ScaleEmbedding = true,
            TieEmbeddings = false,
            OutputBias = true,
            LayerNormEpsilon = 1e-5,
            StartToken = 1,
            EndToken = 2,
            PadToken = 0,
            SuppressedTokens = default,
        },
        Specify(Declare(Architecture.Vanilla)));

    [Fact]
    public void Marian_is_OPUS_MT() => Assert.Equal(
        new ModelSpecification
        {
            Architecture = Architecture.Marian,
            ModelDimension = 8,
            Heads = 2,
            FeedForwardDimension = 16,
            EncoderLayers = 3,
            DecoderLayers = 4,
            SourceVocabularySize = 20,
            TargetVocabularySize = 20,
            MaxSourceLength = 5,
            MaxTargetLength = 6,
            NormPlacement = NormPlacement.Post,
            FinalNorm = false,
            EmbeddingNorm = false,
            Activation = Activation.Silu,
            PositionalEncoding = PositionalEncoding.SinusoidalSplit,
            PositionOffset = 0,
            ScaleEmbedding = true,
            TieEmbeddings = true,
            OutputBias = true,
            LayerNormEpsilon = 1e-5,
            StartToken = 19,
            EndToken = 0,
            PadToken = 19,
            SuppressedTokens = Tokens(19),
        },
        Specify(Declare(Architecture.Marian)));

    [Fact]
    public void Bart_is_Bart() => Assert.Equal(
        new ModelSpecification
        {
            Architecture = Architecture.Bart,
            ModelDimension = 8,
            Heads = 2,
            FeedForwardDimension = 16,
            EncoderLayers = 3,
            DecoderLayers = 4,
            SourceVocabularySize = 20,
            TargetVocabularySize = 20,
            MaxSourceLength = 5,
            MaxTargetLength = 6,
            NormPlacement = NormPlacement.Post,
            FinalNorm = false,
            EmbeddingNorm = true,
            Activation = Activation.Gelu,
            PositionalEncoding = PositionalEncoding.Learned,
            PositionOffset = 2,
            ScaleEmbedding = false,
            TieEmbeddings = true,
            OutputBias = true,
            LayerNormEpsilon = 1e-5,
            StartToken = 2,
            EndToken = 2,
            PadToken = 1,
            SuppressedTokens = default,
        },
        Specify(Declare(Architecture.Bart)));

    [Fact]
    public void Every_setting_overrides_its_preset() => Assert.Equal(
        new ModelSpecification
        {
            Architecture = Architecture.Vanilla,
            ModelDimension = 8,
            Heads = 2,
            FeedForwardDimension = 16,
            EncoderLayers = 3,
            DecoderLayers = 4,
            SourceVocabularySize = 21,
            TargetVocabularySize = 22,
            MaxSourceLength = 5,
            MaxTargetLength = 6,
            NormPlacement = NormPlacement.Pre,
            FinalNorm = false,
            EmbeddingNorm = true,
            Activation = Activation.GeluTanh,
            PositionalEncoding = PositionalEncoding.Learned,
            PositionOffset = 3,
            ScaleEmbedding = false,
            TieEmbeddings = true,
            OutputBias = false,
            LayerNormEpsilon = 1e-6,
            StartToken = 4,
            EndToken = 5,
            PadToken = 6,
            SuppressedTokens = Tokens(4, 7),
        },
        Specify(Declare(Architecture.Vanilla) with
        {
            VocabularySize = null,
            SourceVocabularySize = 21,
            TargetVocabularySize = 22,
            NormPlacement = (int)NormPlacement.Pre,
            FinalNorm = false,
            EmbeddingNorm = true,
            Activation = (int)Activation.GeluTanh,
            PositionalEncoding = (int)PositionalEncoding.Learned,
            PositionOffset = 3,
            ScaleEmbedding = false,
            TieEmbeddings = true,
            OutputBias = false,
            LayerNormEpsilon = 1e-6,
            StartToken = 4,
            EndToken = 5,
            PadToken = 6,
            SuppressedTokens = Tokens(7, 4, 7),
        }));

    [Fact]
    public void Marian_starts_with_and_suppresses_the_pad_token_that_is_set()
    {
        ModelSpecification specification = Specify(Declare(Architecture.Marian) with { PadToken = 3 });

        Assert.Equal(3, specification.StartToken);
        Assert.Equal(Tokens(3), specification.SuppressedTokens);
    }

    [Fact]
    public void An_empty_list_suppresses_nothing() =>
        Assert.Empty(Specify(Declare(Architecture.Marian) with { SuppressedTokens = Tokens() }).SuppressedTokens);

    [Fact]
    public void Positions_that_are_not_learned_have_no_offset() =>
        Assert.Equal(0, Specify(Declare(Architecture.Bart) with { PositionalEncoding = (int)PositionalEncoding.Sinusoidal }).PositionOffset);

    [Fact]
    public void One_side_may_have_its_own_vocabulary_when_it_agrees_with_the_shared_size() =>
        Assert.Equal(20, Specify(Declare(Architecture.Bart) with { TargetVocabularySize = 20 }).TargetVocabularySize);

    private static EquatableArray<int> Tokens(params int[] tokens) => new(tokens);
}

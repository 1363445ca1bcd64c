using CsCheck;
using KernelGen.Families;
using KernelGen.Generator.Specification;
using KernelGen.Generator.Specification.Configuration;
using static KernelGen.Generator.Tests.SpecificationTest;

namespace KernelGen.Generator.Tests;

/// <summary>Whatever the file and the attribute say, there is a specification or a problem, never an exception.</summary>
public class RobustnessTests
{
    private const int Trials = 5_000;

    private static readonly string[] Fragments =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "null", "true", "-", "1e999", "NaN", "-Infinity", "0", "2147483648", "-1", "1.5", "\0", "\uFEFF", "\n", "[[]]", "[[1,2]]", "{}",
    ];

    private static readonly string[] Values =
        ["0", "-1", "1", "3", "7", "16", "64", "100", "65536", "2147483647", "1e12", "0.5", "NaN", "true", "false", "null", "\"gelu\"", "\"\"", "[]", "[[0]]", "[[1, 2]]", "[[99]]", "[[[]]]", "{}", "{\"a\": [1]}"];

    // Some text of the file replaced by another.
    private static readonly Gen<string> Mutated =
        Gen.Select(Gen.OneOf("bart", "mbart", "marian"), Gen.Select(Gen.Double[0, 1], Gen.Int[0, 12], Gen.OneOf(Fragments)).Array[1, 6]).Select(static (modelType, edits) =>
        {
            string text = Configuration(modelType, "\"bad_words_ids\": [[7]], \"activation_function\": \"swish\", \"layer_norm_eps\": 1e-5");
            foreach ((double where, int length, string fragment) in edits)
            {
                int start = (int)(where * text.Length);
                text = text[..start] + fragment + text[Math.Min(text.Length, start + length)..];
            }

            return text;
        });

    // Well-formed, with values that the keys do not expect.
    private static readonly Gen<string> Unexpected = Gen.Select(
        Gen.OneOf("bart", "mbart", "marian"),
        Gen.Select(Gen.OneOf([.. ConfigurationFile.Keys.Where(static key => key != ConfigurationKeys.ModelType).Order(StringComparer.Ordinal)]), Gen.OneOf(Values)).Array[1, 6]).Select(static (modelType, members) =>
            Configuration(modelType, string.Join(", ", members.Select(static member => $"\"{member.Item1}\": {member.Item2}"))));

    private static readonly Gen<int?> Integer =
        Gen.Frequency((3, Gen.Int[1, 64].Select(static value => (int?)value)), (1, Gen.Int.Select(static value => (int?)value)), (1, Gen.OneOf<int?>(null, 0, -1, int.MinValue, int.MaxValue, 1_000_000, 16_384, 65_536)));

    private static readonly Gen<bool?> Flag = Gen.OneOf<bool?>(null, true, false);

    private static readonly Gen<Declaration> AnyDeclaration = Gen.Select(Integer.Array[18], Flag.Array[5], Gen.Double, Gen.Int[0, 3], Gen.Int[-2, 70].Array[0, 4]).Select(static (integers, flags, epsilon, choice, tokens) =>
        new Declaration(Class, default, choice == 3 ? null : choice, choice == 3 ? "config.json" : null)
        {
            ModelDimension = integers[0],
            Heads = integers[1],
            FeedForwardDimension = integers[2],
            EncoderLayers = integers[3],
            DecoderLayers = integers[4],
            VocabularySize = integers[5],
            SourceVocabularySize = integers[6] > 32 ? integers[6] : null,
            TargetVocabularySize = integers[7] > 32 ? integers[7] : null,
            MaxSourceLength = integers[8],
            MaxTargetLength = integers[9],
            NormPlacement = integers[10] % 3,
            Activation = integers[11] % 5,
            PositionalEncoding = integers[12] % 5,
            PositionOffset = integers[13],
            StartToken = integers[14],
            EndToken = integers[15],
            PadToken = integers[16],
            FinalNorm = flags[0],
            EmbeddingNorm = flags[1],
            ScaleEmbedding = flags[2],
            TieEmbeddings = flags[3],
            OutputBias = flags[4],
            LayerNormEpsilon = integers[17] > 20 ? epsilon : null,
            SuppressedTokens = tokens.Length == 4 ? null : new EquatableArray<int>(tokens),
        });

    [Fact]
    public void A_damaged_file_never_throws() => Mutated.Sample(static text => AssertDecided(DeclareByFile(), text), iter: Trials);

    [Fact]
    public void Unexpected_values_never_throw() => Unexpected.Sample(static text => AssertDecided(DeclareByFile(), text), iter: Trials);

    [Fact]
    public void Any_text_is_a_file() => Gen.String.Sample(static text => AssertDecided(DeclareByFile(), text), iter: Trials);

    [Fact]
    public void Any_attribute_is_decided() => Gen.Select(AnyDeclaration, Unexpected).Sample(static (declaration, text) => AssertDecided(declaration, text), iter: Trials);

    private static void AssertDecided(Declaration declaration, string text)
    {
        SpecificationResult result = Build(declaration, text);
        Assert.Equal(result, Build(declaration, text));
        if (result.Specification is not ModelSpecification model)
        {
            Assert.Contains(result.Problems, static problem => !problem.IsWarning);
            return;
        }

        // A specification holds what the planning relies on.
        Assert.InRange(model.ModelDimension, 1, Limits.ModelDimension);
        Assert.Equal(0, model.ModelDimension % model.Heads);
        Assert.InRange(model.FeedForwardDimension, 1, Limits.FeedForwardDimension);
        Assert.InRange(model.EncoderLayers, 1, Limits.Layers);
        Assert.InRange(model.DecoderLayers, 1, Limits.Layers);
        Assert.InRange(model.MaxSourceLength, 1, Limits.SequenceLength);
        Assert.InRange(model.MaxTargetLength, 1, Limits.SequenceLength);
        Assert.InRange((long)model.SourceVocabularySize * model.ModelDimension, 1, Limits.BufferElements);
        Assert.InRange((long)model.TargetVocabularySize * model.ModelDimension, 1, Limits.BufferElements);
        Assert.True(Enum.IsDefined(model.NormPlacement) && Enum.IsDefined(model.Activation) && Enum.IsDefined(model.PositionalEncoding));
        Assert.True((float)model.LayerNormEpsilon > 0 && float.IsFinite((float)model.LayerNormEpsilon));
        Assert.InRange(model.PositionOffset, 0, model.PositionalEncoding == PositionalEncoding.Learned ? Limits.SequenceLength : 0);
        Assert.All(new[] { model.StartToken, model.EndToken, model.PadToken }.Concat(model.SuppressedTokens), token => Assert.InRange(token, 0, model.TargetVocabularySize - 1));
        Assert.InRange(model.PadToken, 0, model.SourceVocabularySize - 1);
        Assert.DoesNotContain(model.EndToken, model.SuppressedTokens);
    }
}

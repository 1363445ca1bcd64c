using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>What a caller may get wrong: an exception that says what is wrong, and a model that works afterwards.</summary>
public sealed class BadInputTests : IDisposable
{
    private static readonly int[] GoodSource = [4, 5, 6];
    private static readonly int[] GoodTarget = [1, 7, 8];

    private readonly GoldenVanilla _model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
    private readonly float[] _logits;

    public BadInputTests() => _logits = _model.Logits(GoodSource, GoodTarget);

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_source_that_is_null_or_empty_is_refused(bool isNull)
    {
        int[] source = isNull ? null! : [];
        foreach (Action<ReadOnlySpan<int>> call in EntriesBySource())
        {
            ArgumentException exception = AssertRefused<ArgumentException>(() => call(source));
            Assert.Equal("source", exception.ParamName);
            Assert.Contains("empty", exception.Message);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_target_that_is_null_or_empty_is_refused(bool isNull)
    {
        int[] target = isNull ? null! : [];
        foreach (Action<ReadOnlySpan<int>> call in EntriesByTarget())
        {
            ArgumentException exception = AssertRefused<ArgumentException>(() => call(target));
            Assert.Equal("target", exception.ParamName);
            Assert.Contains("empty", exception.Message);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(50)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void A_source_token_out_of_range_is_refused_with_its_index_and_the_range(int token)
    {
        foreach (Action<ReadOnlySpan<int>> call in EntriesBySource())
        {
            ArgumentOutOfRangeException exception = AssertRefused<ArgumentOutOfRangeException>(() => call([4, 49, token, 5]));
            Assert.Equal("source", exception.ParamName);
            Assert.Equal(token, exception.ActualValue);
            Assert.Contains("Token 2 ", exception.Message);
            Assert.Contains("0 to 49", exception.Message);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(60)]
    [InlineData(int.MaxValue)]
    public void A_target_token_out_of_range_is_refused_with_its_index_and_the_range(int token)
    {
        foreach (Action<ReadOnlySpan<int>> call in EntriesByTarget())
        {
            ArgumentOutOfRangeException exception = AssertRefused<ArgumentOutOfRangeException>(() => call([59, token]));
            Assert.Equal("target", exception.ParamName);
            Assert.Equal(token, exception.ActualValue);
            Assert.Contains("Token 1 ", exception.Message);
            Assert.Contains("0 to 59", exception.Message);
        }
    }

    [Fact]
    public void The_longest_source_and_target_are_taken_and_one_token_more_is_refused()
    {
        int[] longest = new int[64];
        Assert.Equal(64 * 64, _model.Encode(longest).Length);
        Assert.Equal(64 * 60, _model.Logits(longest, longest).Length);
        Assert.Equal(64, _model.Score(longest, longest).TokenLogProbabilities.Length);
        Assert.Equal(64, _model.SelfAttention(longest, longest).Decoder.QueryLength);

        int[] tooLong = new int[65];
        foreach (Action<ReadOnlySpan<int>> call in EntriesBySource())
        {
            ArgumentException exception = AssertRefused<ArgumentException>(() => call(tooLong));
            Assert.Equal("source", exception.ParamName);
            Assert.Contains("65", exception.Message);
            Assert.Contains("64", exception.Message);
        }

        foreach (Action<ReadOnlySpan<int>> call in EntriesByTarget())
        {
            ArgumentException exception = AssertRefused<ArgumentException>(() => call(tooLong));
            Assert.Equal("target", exception.ParamName);
            Assert.Contains("65", exception.Message);
            Assert.Contains("64", exception.Message);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65)]
    [InlineData(int.MaxValue)]
    public void A_maximum_length_out_of_range_is_refused(int maxLength)
    {
        var options = new GenerationOptions { MaxLength = maxLength };
        foreach (Action call in new Action[] { () => _model.Generate(GoodSource, options), () => _model.Stream(GoodSource, options) })
        {
            ArgumentOutOfRangeException exception = AssertRefused<ArgumentOutOfRangeException>(call);
            Assert.Equal("options", exception.ParamName);
            Assert.Contains("1 to 64", exception.Message);
        }
    }

    [Theory]
    [InlineData(0, 1, 1, "BeamSize is 0", "1 (greedy search) to 32")]
    [InlineData(-1, 1, 1, "BeamSize is -1", "1 (greedy search) to 32")]
    [InlineData(33, 1, 1, "BeamSize is 33", "1 (greedy search) to 32")]
    [InlineData(4, 0, 1, "HypothesisCount is 0", "1 to 4")]
    [InlineData(4, 5, 1, "HypothesisCount is 5", "1 to 4")]
    [InlineData(1, 2, 1, "HypothesisCount is 2", "1 to 1")]
    [InlineData(4, 1, -0.5, "LengthPenalty is -0.5", "0 ")]
    [InlineData(4, 1, double.NaN, "LengthPenalty is NaN", "finite")]
    [InlineData(4, 1, double.PositiveInfinity, "LengthPenalty is Infinity", "finite")]
    public void Options_of_a_search_out_of_range_are_refused(int beamSize, int hypothesisCount, double lengthPenalty, string what, string range)
    {
        var options = new GenerationOptions { BeamSize = beamSize, HypothesisCount = hypothesisCount, LengthPenalty = lengthPenalty };
        foreach (Action call in new Action[]
        {
            () => _model.Generate(GoodSource, options),
            () => _model.Generate([GoodSource], options),
            () => _model.Generate(Array.Empty<int[]>(), options),
            () => _model.Stream(GoodSource, options),
        })
        {
            ArgumentOutOfRangeException exception = AssertRefused<ArgumentOutOfRangeException>(call);
            Assert.Equal("options", exception.ParamName);
            Assert.Contains(what, exception.Message);
            Assert.Contains(range, exception.Message);
        }
    }

    [Fact]
    public void Rules_and_sampling_out_of_range_are_refused_with_what_is_wrong()
    {
        (GenerationOptions Options, string Message)[] cases =
        [
            (new() { MinLength = -1 }, "MinLength is -1; it goes from 0 to 64, the MaxLength."),
            (new() { MinLength = 11, MaxLength = 10 }, "MinLength is 11; it goes from 0 to 10, the MaxLength."),
            (new() { MinLength = 10, MaxLength = 10, ForceEndToken = true }, "from 0 to 9, the MaxLength less the end token that ForceEndToken puts at its end"),
            (new() { RepetitionPenalty = 0 }, "RepetitionPenalty is 0; it goes from above 0 upwards and is finite; 1 changes nothing."),
            (new() { RepetitionPenalty = -1.5 }, "RepetitionPenalty is -1.5;"),
            (new() { RepetitionPenalty = double.NaN }, "RepetitionPenalty is NaN;"),
            (new() { RepetitionPenalty = 1e300 }, "RepetitionPenalty is 1E+300;"),
            (new() { RepetitionPenalty = 1e-300 }, "RepetitionPenalty is 1E-300;"),
            (new() { NoRepeatNGramSize = -1 }, "NoRepeatNGramSize is -1; it goes from 0 (nothing is forbidden) upwards."),
            (new() { SuppressedTokens = [5, 60] }, "SuppressedTokens[1] is 60; it goes from 0 to 59, the target vocabulary."),
            (new() { SuppressedTokens = [-1] }, "SuppressedTokens[0] is -1; it goes from 0 to 59"),
            (new() { SuppressedSequences = [[1], []] }, "SuppressedSequences[1] is empty; a sequence has at least one token."),
            (new() { SuppressedSequences = [default] }, "SuppressedSequences[0] is empty"),
            (new() { SuppressedSequences = [[1], [2, 3, 70]] }, "SuppressedSequences[1][2] is 70; it goes from 0 to 59"),
            (new() { ForcedPrefix = [4, 60] }, "ForcedPrefix[1] is 60; it goes from 0 to 59"),
            (new() { ForcedPrefix = [4, 2] }, "ForcedPrefix[1] is the end token 2, after which nothing is generated; leave it out."),
            (new() { ForcedPrefix = [4, 5, 6], MaxLength = 2 }, "ForcedPrefix has 3 tokens; it has at most 2, the MaxLength."),
            (new() { ForcedPrefix = [4, 5], MaxLength = 2, ForceEndToken = true }, "ForcedPrefix has 2 tokens; it has at most 1, the MaxLength less the end token"),
            (new() { ForcedPrefix = [4, 7], EndTokens = [6, 7] }, "ForcedPrefix[1] is the end token 7,"),
            (new() { ForcedPrefix = [4, 5], MaxLength = 2, ForcedEndTokens = [9] }, "less the end token that ForcedEndTokens puts at its end"),
            (new() { BeginSuppressedTokens = [60] }, "BeginSuppressedTokens[0] is 60; it goes from 0 to 59"),
            (new() { EndTokens = [60] }, "EndTokens[0] is 60; it goes from 0 to 59"),
            (new() { EndTokens = [.. Enumerable.Range(0, 33)] }, "EndTokens has 33 tokens; it has at most 32."),
            (new() { ForcedEndTokens = [-1] }, "ForcedEndTokens[0] is -1; it goes from 0 to 59"),
            (new() { ForcedEndTokens = [2], ForceEndToken = true }, "ForceEndToken and ForcedEndTokens both say what the last token is; set one of them."),
            (new() { ForcedEndTokens = [2, 3] }, "ForcedEndTokens has 2 tokens; more than one go with a Definition of HuggingFace alone."),
            (new() { EncoderNoRepeatNGramSize = 2 }, "EncoderNoRepeatNGramSize compares tokens of the source with tokens of the target, which here are of two vocabularies (50 and 60 tokens)"),
            (new() { EncoderRepetitionPenalty = 2 }, "EncoderRepetitionPenalty compares tokens"),
            (new() { EncoderRepetitionPenalty = 1e-40 }, "The inverse of EncoderRepetitionPenalty is"),
            (new() { EncoderRepetitionPenalty = 0 }, "EncoderRepetitionPenalty is 0; it goes from above 0 upwards and is finite; 1 changes nothing."),
            (new() { EncoderNoRepeatNGramSize = -1 }, "EncoderNoRepeatNGramSize is -1; it goes from 0 (nothing is forbidden) upwards."),
            (new() { ExponentialLengthPenalty = new(-1, 1) }, "ExponentialLengthPenalty is ExponentialLengthPenalty { Start = -1, Factor = 1 }; it goes from a Start of 0 upwards"),
            (new() { ExponentialLengthPenalty = new(0, 0) }, "with a Factor that is above 0 and finite"),
            (new() { ExponentialLengthPenalty = new(0, double.NaN) }, "with a Factor that is above 0 and finite"),
            (new() { Definition = (SearchDefinition)3 }, "Definition is 3; it goes from KernelGen to OpenAI."),
            (new() { Patience = 2 }, "Patience is 2; it goes above 0 with a Definition of OpenAI, and is 1 with another."),
            (new() { Patience = 0, Definition = SearchDefinition.OpenAI }, "Patience is 0; it goes above 0"),
            (new() { Prompt = [4, 60] }, "Prompt[1] is 60; it goes from 0 to 59, the target vocabulary."),
            (new() { Prompt = [.. Enumerable.Repeat(4, 65)] }, "Prompt has 65 tokens; it has at most 64, the declared MaxTargetLength."),
            (new() { Prompt = [4, 5, 6], MaxLength = 63 }, "MaxLength is 63; it goes from 1 to 62, the declared MaxTargetLength less what stands before the target."),
            (new() { ForcedEndTokens = [2, 3], Definition = SearchDefinition.OpenAI }, "ForcedEndTokens has 2 tokens; more than one go with a Definition of HuggingFace alone."),
            (new() { EarlyStopping = (EarlyStopping)3 }, "EarlyStopping is 3; it goes from Heuristic to Never."),
            (new() { EarlyStopping = EarlyStopping.WhenFull }, "EarlyStopping belongs to beam search as Hugging Face defines it; set Definition to HuggingFace, or leave it out."),
            (new() { BeamSize = 4, BeamGroups = 2, DiversityPenalty = 1 }, "BeamGroups belongs to beam search as Hugging Face defines it;"),
            (new() { BeamSize = 4, BeamGroups = 3, DiversityPenalty = 1, Definition = SearchDefinition.HuggingFace }, "BeamGroups is 3; it divides the BeamSize, which is 4,"),
            (new() { BeamSize = 4, BeamGroups = 0, Definition = SearchDefinition.HuggingFace }, "BeamGroups is 0; it divides the BeamSize"),
            (new() { BeamSize = 4, BeamGroups = 2, Definition = SearchDefinition.HuggingFace }, "DiversityPenalty is 0; it goes above 0, in single precision, with several BeamGroups, and is 0 with one."),
            (new() { DiversityPenalty = 1, Definition = SearchDefinition.HuggingFace }, "DiversityPenalty is 1; it goes above 0"),
            (new() { BeamSize = 2, BeamGroups = 2, DiversityPenalty = 1e39, Definition = SearchDefinition.HuggingFace }, "DiversityPenalty is 1E+39;"),
            (new() { LengthPenalty = double.NegativeInfinity, Definition = SearchDefinition.HuggingFace }, "LengthPenalty is -Infinity; it goes over all finite numbers;"),
            (
                new() { BeamSize = 32, EndTokens = [2, 3], StopWhen = static _ => false, Definition = SearchDefinition.HuggingFace },
                "StopWhen would have to look at 96 continuations in each step"),
            (Sampling(new() { Temperature = 0 }), "Temperature is 0; it goes from 0.001 to 1000; for the most probable token each time leave Sampling out."),
            (Sampling(new() { Temperature = -1 }), "Temperature is -1;"),
            (Sampling(new() { Temperature = double.NaN }), "Temperature is NaN;"),
            (Sampling(new() { Temperature = 1001 }), "Temperature is 1001;"),
            (Sampling(new() { TopK = -1 }), "TopK is -1; it goes from 0 (every token is kept) upwards."),
            (Sampling(new() { TopP = 0 }), "TopP is 0; it goes from above 0 to 1 (every token is kept)."),
            (Sampling(new() { TopP = 1.1 }), "TopP is 1.1;"),
            (Sampling(new() { TopP = double.NaN }), "TopP is NaN;"),
            (Sampling(new() { MinP = -0.1 }), "MinP is -0.1; it goes from 0 (every token is kept) to 1 (only tokens as probable as the most probable one)."),
            (Sampling(new() { MinP = 1.5 }), "MinP is 1.5;"),
            (Sampling(new() { MinP = double.NaN }), "MinP is NaN;"),
            (Sampling(new()) with { HypothesisCount = 65 }, "HypothesisCount is 65; it goes from 1 to 64 samples; for more, call again with another Seed."),
            (Sampling(new()) with { HypothesisCount = 0 }, "HypothesisCount is 0; it goes from 1 to 64 samples"),
            (Sampling(new()) with { BeamSize = 4 }, "Sampling goes with a BeamSize of 1, which is 4: beam search looks for the most probable hypotheses, and sampling draws."),
        ];
        foreach ((GenerationOptions options, string message) in cases)
        {
            foreach (Action call in new Action[]
            {
                () => _model.Generate(GoodSource, options),
                () => _model.Generate([GoodSource], options),
                () => _model.Generate(Array.Empty<int[]>(), options),
                () => _model.Stream(GoodSource, options),
            })
            {
                ArgumentException exception = AssertRefused<ArgumentException>(call);
                Assert.Equal("options", exception.ParamName);
                Assert.Contains(message, exception.Message);
            }
        }

        static GenerationOptions Sampling(SamplingOptions sampling) => new() { Sampling = sampling };
    }

    [Fact]
    public void Rules_and_sampling_at_their_limits_are_taken()
    {
        foreach (GenerationOptions options in new GenerationOptions[]
        {
            new() { MinLength = 64 },
            new() { MinLength = 9, MaxLength = 10, ForceEndToken = true },
            new() { NoRepeatNGramSize = int.MaxValue },
            new() { SuppressedTokens = default, SuppressedSequences = default, ForcedPrefix = default },
            new() { ForcedPrefix = [.. Enumerable.Repeat(4, 64)] },
            new() { ForcedPrefix = [4, 5], MaxLength = 3, ForceEndToken = true },
            new() { MaxLength = 1, ForceEndToken = true },
            new() { RepetitionPenalty = 1e38 },
            new() { EndTokens = default, ForcedEndTokens = default, BeginSuppressedTokens = default },
            new() { EndTokens = [.. Enumerable.Range(0, 32)] },
            new() { EndTokens = [.. Enumerable.Range(0, 32)], BeamSize = 32, Definition = SearchDefinition.HuggingFace, LengthPenalty = -300 },
            new() { MaxLength = int.MaxValue, Definition = SearchDefinition.HuggingFace, BeamSize = 32, BeamGroups = 32, DiversityPenalty = 1e38, EarlyStopping = EarlyStopping.Never },
            new() { RepetitionPenalty = 1e38, ExponentialLengthPenalty = new(0, 1e300), BeamSize = 3, Definition = SearchDefinition.HuggingFace },
            new() { ExponentialLengthPenalty = new(int.MaxValue, double.Epsilon) },
            new() { ExponentialLengthPenalty = new(0, double.Epsilon), BeamSize = 2 },
            new() { RepetitionPenalty = 1e-38, BeamSize = 2 },
            new() { Sampling = new() { Temperature = 0.001, TopK = int.MaxValue, TopP = double.Epsilon, MinP = 1, Seed = long.MinValue } },
            new() { Sampling = new() { Temperature = 1000, TopP = 1 - 1e-16, MinP = double.Epsilon }, HypothesisCount = 64 },
        })
        {
            Assert.Equal(options.HypothesisCount, _model.Generate(GoodSource, options).Hypotheses.Length);
        }

        AssertStillWorks();
    }

    [Fact]
    public void An_empty_collection_is_an_empty_source() =>
        Assert.Contains("The source is empty", AssertRefused<ArgumentException>(() => _model.Generate([])).Message);

    [Fact]
    public void A_stream_of_several_samples_is_refused()
    {
        ArgumentOutOfRangeException exception = AssertRefused<ArgumentOutOfRangeException>(
            () => _model.Stream(GoodSource, new GenerationOptions { Sampling = new SamplingOptions(), HypothesisCount = 2 }));
        Assert.Equal("options", exception.ParamName);
        Assert.Contains("HypothesisCount is 2; a stream takes 1", exception.Message);
    }

    [Fact]
    public void A_stream_of_beam_search_is_refused()
    {
        ArgumentOutOfRangeException exception =
            AssertRefused<ArgumentOutOfRangeException>(() => _model.Stream(GoodSource, new GenerationOptions { BeamSize = 2 }));
        Assert.Equal("options", exception.ParamName);
        Assert.Contains("Generate", exception.Message);
    }

    [Fact]
    public void A_stream_with_cross_attention_is_refused()
    {
        ArgumentException exception =
            AssertRefused<ArgumentException>(() => _model.Stream(GoodSource, new GenerationOptions { ReturnCrossAttention = true }));
        Assert.Equal("options", exception.ParamName);
        Assert.Contains("Generate", exception.Message);
    }

    [Fact]
    public void A_list_with_a_bad_source_is_refused_with_the_number_of_the_source()
    {
        AssertRefused<ArgumentNullException>(() => _model.Generate((IReadOnlyList<int[]>)null!));
        foreach ((int[]? bad, string what) in new (int[]?, string)[]
        {
            (null, "Source 2 is null"),
            ([], "Source 2 is empty"),
            (new int[65], "Source 2 has 65 tokens"),
            ([4, 50], "Token 1 of source 2 is 50"),
            ([-3], "Token 0 of source 2 is -3"),
        })
        {
            ArgumentException exception = AssertRefused<ArgumentException>(() => _model.Generate([GoodSource, GoodSource, bad!, GoodSource]));
            Assert.Equal("sources", exception.ParamName);
            Assert.Contains(what, exception.Message);
        }
    }

    [Fact]
    public void A_disposed_model_is_refused()
    {
        GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        model.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Generate(GoodSource));
        Assert.Throws<ObjectDisposedException>(() => model.Generate([GoodSource]));
        Assert.Throws<ObjectDisposedException>(() => model.Stream(GoodSource).ToList());
        Assert.Throws<ObjectDisposedException>(() => model.Logits(GoodSource, GoodTarget));
        Assert.Throws<ObjectDisposedException>(() => model.Score(GoodSource, GoodTarget));
        Assert.Throws<ObjectDisposedException>(() => model.CrossAttention(GoodSource, GoodTarget));
        Assert.Throws<ObjectDisposedException>(() => model.SelfAttention(GoodSource, GoodTarget));
        Assert.Throws<ObjectDisposedException>(() => model.EmbedSource(GoodSource));
        Assert.Throws<ObjectDisposedException>(() => model.EmbedTarget(GoodTarget));
        ObjectDisposedException exception = Assert.Throws<ObjectDisposedException>(() => model.Encode(GoodSource));
        Assert.Contains(nameof(GoldenVanilla), exception.Message);
    }

    [Fact]
    public void A_stream_that_has_begun_ends_well_when_the_model_is_disposed()
    {
        GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        List<GeneratedToken> expected = [.. model.Stream(GoodSource)];
        var streamed = new List<GeneratedToken>();
        foreach (GeneratedToken token in model.Stream(GoodSource))
        {
            streamed.Add(token);
            model.Dispose();
        }

        Assert.NotEmpty(streamed);
        Assert.Equal(expected, streamed);
        Assert.Throws<ObjectDisposedException>(() => model.Encode(GoodSource));
    }

    [Fact]
    public void A_disposed_model_is_refused_also_while_a_stream_still_runs()
    {
        GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        using IEnumerator<GeneratedToken> stream = model.Stream(GoodSource).GetEnumerator();
        Assert.True(stream.MoveNext());
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Encode(GoodSource));
        Assert.Throws<ObjectDisposedException>(() => model.Stream(GoodSource).ToList());
        Assert.True(stream.MoveNext());
    }

    [Fact]
    public void A_stream_that_is_left_early_does_no_harm()
    {
        for (int i = 0; i < 100; i++)
        {
            foreach (GeneratedToken token in _model.Stream(GoodSource))
            {
                Assert.Equal(0, token.Index);
                break;
            }
        }

        AssertStillWorks();
    }

    [Fact]
    public void Loading_from_nothing_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => GoldenVanilla.Load((string)null!));
        Assert.Throws<ArgumentException>(() => GoldenVanilla.Load(""));
        Assert.Throws<ArgumentNullException>(() => GoldenVanilla.Load((Stream)null!));
        Assert.ThrowsAny<IOException>(() => GoldenVanilla.Load(Path.Combine(AppContext.BaseDirectory, "no-such-file.safetensors")));
    }

    private IEnumerable<Action<ReadOnlySpan<int>>> EntriesBySource() =>
    [
        source => _model.Generate(source),
        source => _model.Stream(source),
        source => _model.Encode(source),
        source => _model.Logits(source, GoodTarget),
        source => _model.Score(source, GoodTarget),
        source => _model.CrossAttention(source, GoodTarget),
        source => _model.SelfAttention(source, GoodTarget),
        source => _model.EmbedSource(source),
    ];

    private IEnumerable<Action<ReadOnlySpan<int>>> EntriesByTarget() =>
    [
        target => _model.Logits(GoodSource, target),
        target => _model.Score(GoodSource, target),
        target => _model.CrossAttention(GoodSource, target),
        target => _model.SelfAttention(GoodSource, target),
        target => _model.EmbedTarget(target),
    ];

    private TException AssertRefused<TException>(Action call)
        where TException : Exception
    {
        TException exception = Assert.ThrowsAny<TException>(call);
        AssertStillWorks();
        return exception;
    }

    private void AssertStillWorks() => BitAssert.Equal(_logits, _model.Logits(GoodSource, GoodTarget), "The model after it refused");
}

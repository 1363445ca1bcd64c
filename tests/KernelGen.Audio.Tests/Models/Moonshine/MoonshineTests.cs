using KernelGen.Tests.Reference;

namespace KernelGen.Audio.Tests.Models.Moonshine;

/// <summary>Models of speech that read samples: odd dimensions, precisions, packed files, threads, and what they refuse.</summary>
public sealed class MoonshineTests
{
    private static readonly SpeechGolden Golden = SpeechGolden.Moonshine;

    private static readonly Dictionary<string, Tensor> Odd = RandomMoonshine.Tensors(width: 123, feedForward: 70, encoderLayers: 1, decoderLayers: 2, vocabulary: 50);

    private static readonly int[] Target = [1, 7, 49, 0, 23, 23, 3, 11];

    public static TheoryData<WeightPrecision> Precisions => [.. Enum.GetValues<WeightPrecision>()];

    private static IEnumerable<InstructionSet> Sets => Enum.GetValues<InstructionSet>().Where(KernelGen.InstructionSets.IsSupported);

    /// <summary>Makes the plain model below as independent as the golden is.</summary>
    [Fact]
    public void The_plain_model_computes_what_the_golden_says()
    {
        var plain = new PlainMoonshine(TensorFile.Read(Golden.ModelPath), heads: 2, rotaryDimension: 10);
        double[][] memory = plain.Encode(Golden.Samples(1));
        AssertClose(memory, Golden.Expected["memory.1"].Values, 1e-5);
        AssertClose(plain.Logits(memory, Golden.TargetPrefixes[1]), Golden.Expected["logits.1"].Values, 1e-5);
    }

    [Fact]
    public void Odd_dimensions_give_what_plain_loops_give()
    {
        float[] samples = Sound(9_000);
        var plain = new PlainMoonshine(Odd, heads: 3, rotaryDimension: 39);
        double[][] memory = plain.Encode(samples);
        using OddMoonshine model = OddMoonshine.Load(TensorFile.Write(Odd));
        AssertClose(memory, model.EncoderOutput(samples), 1e-4);
        using EncodedSpeech speech = model.Encode(samples);
        AssertClose(plain.Logits(memory, Target), speech.Logits(Target), 1e-4);
    }

    /// <summary>Rows of convolutions are fewer than a tile has, as many, some more, and twice as many: the last tile computes rows again.</summary>
    [Fact]
    public void Any_number_of_positions_gives_what_plain_loops_give()
    {
        var plain = new PlainMoonshine(Odd, heads: 3, rotaryDimension: 39);
        OddMoonshine[] models = [.. Sets.Select(static set => OddMoonshine.Load(TensorFile.Write(Odd), new ModelLoadOptions { InstructionSet = set }))];
        for (int positions = 1; positions <= 26; positions++)
        {
            float[] samples = Sound(models[0].MinFrames + (384 * (positions - 1)));
            double[][] expected = plain.Encode(samples);
            Assert.Equal(positions, expected.Length);
            Assert.All(models, model => AssertClose(expected, model.EncoderOutput(samples), 1e-4));
        }

        Array.ForEach(models, static model => model.Dispose());
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Each_instruction_set_gives_the_same_bits(WeightPrecision precision)
    {
        float[]? first = null;
        foreach (InstructionSet instructionSet in Sets)
        {
            float[] found = Results(instructionSet, precision, threads: 1);
            first ??= found;
            AssertSameBits(first, found);
        }
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Any_number_of_threads_gives_the_same_bits(WeightPrecision precision)
    {
        InstructionSet best = KernelGen.InstructionSets.Best;
        AssertSameBits(Results(best, precision, threads: 1), Results(best, precision, threads: 3));
    }

    [Theory]
    [InlineData(WeightPrecision.BFloat16, 0.05)]
    [InlineData(WeightPrecision.Int8, 0.05)]
    public void Smaller_weights_change_logits_a_little(WeightPrecision precision, double tolerance)
    {
        using GoldenMoonshine exact = GoldenMoonshine.Load(Golden.ModelPath), rounded = GoldenMoonshine.Load(Golden.ModelPath, new ModelLoadOptions { Precision = precision });
        for (int i = 0; i < Golden.Count; i++)
        {
            using EncodedSpeech exactSpeech = exact.Encode(Golden.Samples(i)), roundedSpeech = rounded.Encode(Golden.Samples(i));
            float[] expected = exactSpeech.Logits(Golden.TargetPrefixes[i]), found = roundedSpeech.Logits(Golden.TargetPrefixes[i]);
            double error = Math.Sqrt(expected.Zip(found, static (a, b) => (double)(a - b) * (a - b)).Average());
            double size = Math.Sqrt(expected.Average(static value => (double)value * value));
            Assert.InRange(error / size, 0, tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_packed_file_gives_the_same_bits(WeightPrecision precision)
    {
        var options = new ModelLoadOptions { Precision = precision };
        using var file = new MemoryStream();
        float[] expected;
        using (GoldenMoonshine model = GoldenMoonshine.Load(Golden.ModelPath, options))
        {
            model.Save(file);
            expected = Results(model, Golden.Samples(2), Golden.TargetPrefixes[3], threads: 1);
        }

        file.Position = 0;
        using GoldenMoonshine loaded = GoldenMoonshine.Load(file);
        AssertSameBits(expected, Results(loaded, Golden.Samples(2), Golden.TargetPrefixes[3], threads: 1));
    }

    [Fact]
    public void A_packed_file_says_what_is_turned()
    {
        using var file = new MemoryStream();
        using (GoldenMoonshine model = GoldenMoonshine.Load(Golden.ModelPath))
        {
            model.Save(file);
        }

        string text = System.Text.Encoding.Latin1.GetString(file.ToArray());
        Assert.Contains("RotaryDimension=10\nRotaryBase=10000\n", text, StringComparison.Ordinal);
        Assert.Contains("NormShift=false\nAttentionBias=false\nDecoderActivation=Silu\nDecoderGatedFeedForward=true\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Lengths_follow_from_the_convolutions()
    {
        using GoldenMoonshine model = GoldenMoonshine.Load(Golden.ModelPath);
        Assert.Equal((1, 895, 2665), (model.Channels, model.MinFrames, model.MaxPositions));
        Assert.InRange(model.MaxFrames, 64 * 16_000, (64 * 16_000) + 384);
        using EncodedSpeech shortest = model.Encode(Sound(model.MinFrames)), longer = model.Encode(Sound(model.MinFrames + 383)), two = model.Encode(Sound(model.MinFrames + 384));
        Assert.Equal((1, 1, 2), (shortest.Positions, longer.Positions, two.Positions));
    }

    [Fact]
    public void The_longest_sound_fits()
    {
        using OddMoonshine model = OddMoonshine.Load(TensorFile.Write(Odd));
        using EncodedSpeech speech = model.Encode(Sound(model.MaxFrames));
        Assert.Equal(40, speech.Positions);
        Assert.All(speech.Logits(Target), static logit => Assert.True(float.IsFinite(logit)));
    }

    /// <summary>Memory that a longer sound has left is no part of a shorter one.</summary>
    [Fact]
    public void A_sound_has_the_same_bits_after_a_longer_one()
    {
        using OddMoonshine model = OddMoonshine.Load(TensorFile.Write(Odd));
        float[] expected = model.EncoderOutput(Sound(3_000));
        Assert.NotEmpty(model.EncoderOutput(Sound(model.MaxFrames)));
        AssertSameBits(expected, model.EncoderOutput(Sound(3_000)));
    }

    [Fact]
    public void What_cannot_be_encoded_is_refused_in_words_that_help()
    {
        using OddMoonshine model = OddMoonshine.Load(TensorFile.Write(Odd));
        float[] spoilt = Sound(2_000);
        spoilt[1_234] = float.NaN;
        Assert.StartsWith("There are 894 samples; this model takes at least 895", Refusal(Sound(894)), StringComparison.Ordinal);
        Assert.StartsWith("There are 0 samples", Refusal([]), StringComparison.Ordinal);
        Assert.StartsWith($"There are {model.MaxFrames + 1} samples; this model takes at most {model.MaxFrames}", Refusal(Sound(model.MaxFrames + 1)), StringComparison.Ordinal);
        Assert.StartsWith("Sample 1234 is NaN", Refusal(spoilt), StringComparison.Ordinal);

        string Refusal(float[] samples) => Assert.Throws<ArgumentException>(() => model.EncoderOutput(samples)).Message;
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        Dictionary<string, Tensor> lacking = new(Odd);
        lacking.Remove("model.encoder.groupnorm.bias");
        var problem = Assert.Throws<Checkpoints.CheckpointException>(() => OddMoonshine.Load(TensorFile.Write(lacking)));
        Assert.Contains("model.encoder.groupnorm.bias", problem.Message, StringComparison.Ordinal);
    }

    private static float[] Results(InstructionSet instructionSet, WeightPrecision precision, int threads)
    {
        var options = new ModelLoadOptions { InstructionSet = instructionSet, Precision = precision };
        using GoldenMoonshine golden = GoldenMoonshine.Load(Golden.ModelPath, options);
        using OddMoonshine odd = OddMoonshine.Load(TensorFile.Write(Odd), options);
        return [.. Results(golden, Golden.Samples(3), Golden.TargetPrefixes[3], threads), .. Results(odd, Sound(9_000), Target, threads)];
    }

    private static float[] Results(SpeechModel model, float[] samples, int[] target, int threads)
    {
        using EncodedSpeech speech = model.Encode(samples, new SpeechEncodingOptions { Threads = threads });
        return [.. model.EncoderOutput(samples), .. speech.Logits(target)];
    }

    private static float[] Sound(int samples) =>
        [.. Enumerable.Range(0, samples).Select(static i => (float)((0.3 * Math.Sin(i * 0.05)) + (0.1 * Math.Sin(i * 0.31 * (1 + (i * 1e-5)))) + (0.02 * ((i * 7919 % 101) - 50) / 50)))];

    private static void AssertSameBits(float[] expected, float[] found) =>
        Assert.Equal(Array.ConvertAll(expected, BitConverter.SingleToInt32Bits), Array.ConvertAll(found, BitConverter.SingleToInt32Bits));

    private static void AssertClose(double[][] expected, float[] found, double tolerance)
    {
        double[] all = [.. expected.SelectMany(static row => row)];
        Assert.Equal(all.Length, found.Length);
        for (int i = 0; i < all.Length; i++)
        {
            Assert.Equal(all[i], found[i], tolerance * Math.Max(1, Math.Abs(all[i])));
        }
    }
}

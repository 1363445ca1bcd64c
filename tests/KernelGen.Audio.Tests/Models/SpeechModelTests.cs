namespace KernelGen.Audio.Tests.Models;

/// <summary>What models of speech promise beside what they compute: the same bits, packed files, errors.</summary>
public sealed class SpeechModelTests
{
    private static readonly SpeechGolden Golden = SpeechGolden.Whisper;

    public static TheoryData<WeightPrecision> Precisions => [.. Enum.GetValues<WeightPrecision>()];

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Bits_are_the_same_on_every_instruction_set_with_any_number_of_threads_and_from_a_packed_file(WeightPrecision precision)
    {
        string packed = Path.Combine(Directory.CreateTempSubdirectory("kernelgen-").FullName, "packed");
        byte[]? expected = null;
        foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>().Where(KernelGen.InstructionSets.IsSupported))
        {
            using GoldenWhisper model = GoldenWhisper.Load(Golden.ModelPath, new ModelLoadOptions { InstructionSet = instructionSet, Precision = precision });
            expected ??= AnswersOf(model, threads: 1);
            Assert.Equal(expected, AnswersOf(model, threads: 1));
            Assert.Equal(expected, AnswersOf(model, threads: 3));
            model.Save(packed);
        }

        using GoldenWhisper loaded = GoldenWhisper.Load(packed);
        Assert.Equal(expected, AnswersOf(loaded, threads: 2));
        Directory.Delete(Path.GetDirectoryName(packed)!, recursive: true);
    }

    [Theory]
    [InlineData(WeightPrecision.BFloat16, 0.1)]
    [InlineData(WeightPrecision.Int8, 0.3)]
    public void Fewer_bits_change_logits_little(WeightPrecision precision, double most)
    {
        using GoldenWhisper model = GoldenWhisper.Load(Golden.ModelPath, new ModelLoadOptions { Precision = precision });
        for (int i = 0; i < Golden.Count; i++)
        {
            using EncodedSpeech speech = model.Encode(Golden.Frames(i));
            float[] logits = speech.Logits(Golden.TargetPrefixes[i]);
            float[] expected = Golden.Expected[$"logits.{i}"].Values;
            double error = Math.Sqrt(logits.Zip(expected, static (a, b) => (double)(a - b) * (a - b)).Average());
            double size = Math.Sqrt(expected.Average(static value => (double)value * value));
            Assert.True(error < most * size, $"{error} of {size}");
        }
    }

    [Fact]
    public void Audio_of_any_length_up_to_the_window_is_heard()
    {
        using GoldenWhisper model = GoldenWhisper.Load(Golden.ModelPath);
        float[] frames = Golden.Frames(0);
        float[] whole = model.EncoderOutput(frames);
        for (int count = 1; count <= model.MaxFrames; count += count < 5 ? 1 : 19)
        {
            using EncodedSpeech speech = model.Encode(frames.AsSpan(0, count * model.Channels));
            Assert.Equal((count + 1) / 2, speech.Positions);
            Assert.Equal(model.TargetVocabularySize, speech.NextLogits([Golden.Start]).Length);
        }

        Assert.Equal(whole, model.EncoderOutput(frames));
    }

    [Fact]
    public void One_encoding_serves_any_calls_in_any_order()
    {
        using GoldenWhisper model = GoldenWhisper.Load(Golden.ModelPath);
        using EncodedSpeech speech = model.Encode(Golden.Frames(1), new SpeechEncodingOptions { MaxHypotheses = 4 });
        int[] target = Golden.TargetPrefixes[2];
        float[] logits = speech.Logits(target);
        GenerationResult greedy = speech.Generate(new GenerationOptions { MaxLength = 9 });
        Assert.Equal(4, speech.Generate(new GenerationOptions { BeamSize = 4, HypothesisCount = 4 }).Hypotheses.Length);
        CrossAttention attention = speech.CrossAttention(target);
        Assert.Equal((target.Length, speech.Positions), (attention.TargetLength, attention.SourceLength));
        Assert.Equal(1, attention[1, 0, target.Length - 1].ToArray().Sum(), 1e-5);
        Assert.Equal(attention[1, 0, 2], speech.CrossAttention(target, out float[] together)[1, 0, 2]);
        Assert.Equal(logits, together);
        Assert.Equal(logits, speech.Logits(target));
        Assert.Equal(logits[^model.TargetVocabularySize..], speech.NextLogits(target));
        Assert.Equal(greedy.Hypotheses[0].Tokens, speech.Generate(new GenerationOptions { MaxLength = 9 }).Hypotheses[0].Tokens);
    }

    [Fact]
    public void What_cannot_be_heard_is_refused()
    {
        using GoldenWhisper model = GoldenWhisper.Load(Golden.ModelPath);
        AssertRefused<ArgumentException>(() => model.Encode([]), "There are 0 frames; this model takes at least 1, of which it makes its first position.");
        AssertRefused<ArgumentException>(() => model.Encode(new float[81]), "There are 81 numbers; frames are rows of 80 each, and the last one is not whole.");
        AssertRefused<ArgumentException>(() => model.Encode(new float[101 * 80]), "There are 101 frames; this model takes at most 100, of which it makes the 50 positions of its declaration. Split the audio.");
        float[] frames = new float[3 * 80];
        frames[161] = float.NaN;
        AssertRefused<ArgumentException>(() => model.Encode(frames), "Number 1 of frame 2 is NaN; frames are finite numbers.");
        AssertRefused<ArgumentOutOfRangeException>(() => model.Encode(new float[80], new SpeechEncodingOptions { MaxHypotheses = 65 }), "MaxHypotheses is 65; it goes from 1 to 64.");
        AssertRefused<ArgumentOutOfRangeException>(() => model.Encode(new float[80], new SpeechEncodingOptions { Threads = 0 }), "Threads is 0; it goes from 1 to 64.");
        using EncodedSpeech speech = model.Encode(new float[80]);
        AssertRefused<ArgumentException>(() => speech.Generate(new GenerationOptions { BeamSize = 2 }), "2 are asked for, and the audio was encoded with SpeechEncodingOptions.MaxHypotheses = 1.");
        AssertRefused<ArgumentException>(() => speech.Generate(new GenerationOptions { Threads = 2 }), "2 are asked for, and the audio was encoded with SpeechEncodingOptions.Threads = 1.");
        AssertRefused<ArgumentException>(() => speech.Logits([]), "The target is empty;");
        Assert.Throws<OperationCanceledException>(() => model.Encode(new float[80], cancellationToken: new CancellationToken(canceled: true)));
        Assert.Throws<OperationCanceledException>(() => speech.Logits([1], new CancellationToken(canceled: true)));
        speech.Dispose();
        Assert.Throws<ObjectDisposedException>(() => speech.Logits([1]));
    }

    [Fact]
    public void A_checkpoint_of_another_shape_is_refused_in_words()
    {
        CheckpointProblem("model.encoder.conv1.weight", "has shape [30, 80, 3]; the declaration of 'WiderEars' expects [30, 96, 3] ([model dimension, channels, taps]). Correct SourceChannels");

        static void CheckpointProblem(string tensor, string message)
        {
            Checkpoints.CheckpointException problem = Assert.Throws<Checkpoints.CheckpointException>(() => WiderEars.Load(Golden.ModelPath));
            Assert.Contains(tensor, problem.Message, StringComparison.Ordinal);
            Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        }
    }

    private static void AssertRefused<TException>(Action call, string message)
        where TException : ArgumentException => Assert.StartsWith(message, Assert.Throws<TException>(call).Message, StringComparison.Ordinal);

    private static byte[] AnswersOf(GoldenWhisper model, int threads)
    {
        using var answers = new MemoryStream();
        using var writer = new BinaryWriter(answers);
        for (int i = 0; i < Golden.Count; i++)
        {
            using EncodedSpeech speech = model.Encode(Golden.Frames(i), new SpeechEncodingOptions { Threads = threads, MaxHypotheses = 3 });
            foreach (float logit in speech.Logits(Golden.TargetPrefixes[i]))
            {
                writer.Write(logit);
            }

            foreach (Hypothesis hypothesis in speech.Generate(new GenerationOptions { BeamSize = 3, HypothesisCount = 3, Threads = threads }).Hypotheses)
            {
                hypothesis.Tokens.ToList().ForEach(writer.Write);
                writer.Write(hypothesis.Score!.Value);
            }
        }

        return answers.ToArray();
    }
}

using KernelGen.Training.Tests.Declarations;
using KernelGen.Training.Tests.Training;

namespace KernelGen.Training.Tests.Data;

/// <summary>Pairs whose sources are audio: what is refused, and how they become batches.</summary>
public class SpeechPairTests
{
    private static readonly int[] Target = [5, 6];

    public static TheoryData<float[], int[], string> Unusable => new()
    {
        { [], Target, "Pair 1 has a source of 0 frames; this model takes from 1 to 22 (MaxSourceLength = 11 of its declaration)." },
        { new float[23 * 5], Target, "Pair 1 has a source of 23 frames; this model takes from 1 to 22 (MaxSourceLength = 11 of its declaration)." },
        { new float[11], Target, "Pair 1 has a source of 11 numbers; frames are rows of 5 each, and the last one is not whole." },
        { [1, 2, 3, 4, 5, 6, float.NaN, 8, 9, 10], Target, "Pair 1 has NaN as number 1 of frame 1 of its source; frames are finite numbers." },
        { [1, 2, 3, 4, float.NegativeInfinity], Target, "Pair 1 has infinity as number 4 of frame 0 of its source; frames are finite numbers." },
        { new float[5], [], "Pair 1 has an empty target; it needs at least one token, and be it the end token." },
        { new float[5], [23], "Pair 1 has 23 as token 0 of its target; the vocabulary goes from 0 to 22." },
        { new float[5], [.. Enumerable.Repeat(4, 9)], "Pair 1 has a target of 10 tokens, the end token among them; this model takes at most 9 (MaxTargetLength of its declaration)." },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task A_pair_that_cannot_be_used_is_refused_or_left_out(float[] frames, int[] target, string message)
    {
        SpeechPair[] pairs = [new(new float[5], Target), new(frames, target), new(new float[22 * 5], [2])];
        using Trainer strict = OddWhisper.CreateTrainer(new TrainingOptions { MaxSteps = 1 });
        Assert.StartsWith(message, (await Assert.ThrowsAsync<ArgumentException>(() => TestTrainer.RunAsync(strict, pairs))).Message, StringComparison.Ordinal);
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => strict.Evaluate(pairs)).Message, StringComparison.Ordinal);
        using Trainer trainer = OddWhisper.CreateTrainer(new TrainingOptions { Epochs = 1, OnInvalidPair = InvalidPair.LeaveOut });
        Assert.Equal(1, (await TestTrainer.RunAsync(trainer, pairs))[^1].LeftOutPairs);
        Assert.Equal((4, 2, 1), (trainer.Evaluate(pairs).Tokens, trainer.Evaluate(pairs).Pairs, trainer.Evaluate(pairs).LeftOutPairs));
    }

    [Fact]
    public void Pairs_of_the_other_kind_are_refused_at_once()
    {
        using Trainer speech = OddWhisper.CreateTrainer(new TrainingOptions());
        TokenPair[] tokens = TestTrainer.Pairs(2);
        SpeechPair[] spoken = TestTrainer.SpeechPairs(OddWhisper.Description, 2);
        const string OfSpeech = "The source of 'OddWhisper' is audio: give pairs of frames and tokens, SpeechPair.";
        Assert.StartsWith(OfSpeech, Assert.Throws<ArgumentException>(() => speech.TrainAsync(tokens)).Message, StringComparison.Ordinal);
        Assert.StartsWith(OfSpeech, Assert.Throws<ArgumentException>(() => speech.TrainAsync(TestTrainer.Asynchronous(tokens))).Message, StringComparison.Ordinal);
        Assert.StartsWith(OfSpeech, Assert.Throws<ArgumentException>(() => speech.Evaluate(tokens)).Message, StringComparison.Ordinal);
        using Trainer text = TestTrainer.Create(new TrainingOptions());
        const string OfText = "is tokens: give pairs of tokens, TokenPair.";
        Assert.Contains(OfText, Assert.Throws<ArgumentException>(() => text.TrainAsync(spoken)).Message, StringComparison.Ordinal);
        Assert.Contains(OfText, Assert.Throws<ArgumentException>(() => text.TrainAsync(TestTrainer.Asynchronous(spoken))).Message, StringComparison.Ordinal);
        Assert.Contains(OfText, Assert.Throws<ArgumentException>(() => text.Evaluate(spoken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_hold_so_many_positions_and_frames_are_copied()
    {
        float[] buffer = new float[10 * 5];
        var check = new PairCheck(OddWhisper.Description, InvalidPair.Refuse);
        var options = new TrainingOptions { TokensPerBatch = 12 };
        IEnumerable<SpeechPair> pairs = Enumerable.Range(1, 9).Select(number =>
        {
            buffer.AsSpan().Fill(number);
            return new SpeechPair(buffer.AsMemory(0, (number % 2 == 0 ? 10 : 9) * 5), Target);
        });
        await using var stream = new BatchStream(TestTrainer.Asynchronous(pairs.Select(static pair => new TrainingPair(pair))), check, options, default);
        await stream.ReadAsync(default);
        var batch = new PairBatch();
        var seen = new List<float>();
        while (stream.TryTake(batch))
        {
            Assert.InRange(batch.Pairs, 1, 2);
            for (int i = 0; i < batch.Pairs; i++)
            {
                Assert.Equal(5, batch.SourceLengths[i]);
                float number = batch.Frames(i)[0];
                Assert.Equal((number % 2 == 0 ? 10 : 9) * 5, batch.Frames(i).Length);
                Assert.False(batch.Frames(i).ContainsAnyExcept(number));
                seen.Add(number);
            }
        }

        Assert.Equal(Enumerable.Range(1, 9).Select(static number => (float)number), seen.Order());
    }
}

using KernelGen.Training.Tests.Training;

namespace KernelGen.Training.Tests.Data;

public class BatchStreamTests
{
    private static readonly TrainingOptions Options = new() { Seed = 5, TokensPerBatch = 60 };

    [Theory]
    [InlineData(1 << 18)]
    [InlineData(100)]
    [InlineData(37)]
    [InlineData(1)]
    public async Task Every_pair_comes_once_in_each_epoch(int window)
    {
        TokenPair[] pairs = TestTrainer.Pairs(100);
        List<Batch> batches = await ReadAsync(pairs, Options with { ShuffleWindow = window }, epochs: 2);
        string[] expected = [.. pairs.Select(Text).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, batches.Where(static batch => batch.Epoch == 0).SelectMany(static batch => batch.Pairs).Order(StringComparer.Ordinal));
        Assert.Equal(expected, batches.Where(static batch => batch.Epoch == 1).SelectMany(static batch => batch.Pairs).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Batches_have_as_many_tokens_as_they_may_and_like_lengths()
    {
        List<Batch> batches = await ReadAsync(TestTrainer.Pairs(2000), Options, epochs: 1);
        Assert.All(batches, static batch => Assert.InRange(Math.Max(batch.SourceLengths.Sum(), batch.TargetLengths.Sum()), 1, 60));
        Assert.All(batches, static batch => Assert.InRange(batch.TargetLengths.Max() - batch.TargetLengths.Min(), 0, 1));
        double full = batches.Average(static batch => Math.Max(batch.SourceLengths.Sum(), batch.TargetLengths.Sum()));
        Assert.InRange(full, 50, 60);
        Assert.True(batches.Count(static batch => batch.SourceLengths.Distinct().Count() <= 2) > 0.9 * batches.Count);
    }

    [Fact]
    public async Task A_pair_that_is_longer_than_a_batch_is_one_of_its_own()
    {
        List<Batch> batches = await ReadAsync(TestTrainer.Pairs(50), Options with { TokensPerBatch = 1 }, epochs: 1);
        Assert.Equal(50, batches.Count);
    }

    [Fact]
    public async Task Batches_are_shuffled_anew_in_each_epoch_and_by_the_seed()
    {
        TokenPair[] pairs = TestTrainer.Pairs(300);
        string[] first = Order(await ReadAsync(pairs, Options, epochs: 2), 0);
        Assert.Equal(first, Order(await ReadAsync(pairs, Options, epochs: 2), 0));
        Assert.NotEqual(first, Order(await ReadAsync(pairs, Options, epochs: 2), 1));
        Assert.NotEqual(first, Order(await ReadAsync(pairs, Options with { Seed = 6 }, epochs: 1), 0));

        // Long ones do not come first or last.
        List<Batch> batches = await ReadAsync(pairs, Options, epochs: 1);
        Assert.NotEqual(batches.OrderBy(static batch => batch.TargetLengths.Max()).Select(static batch => batch.Pairs[0]), batches.Select(static batch => batch.Pairs[0]));
    }

    [Fact]
    public async Task The_end_token_is_appended_where_it_is_not_there()
    {
        List<Batch> batches = await ReadAsync([new([5], [7, 8]), new([6], [7, 8, 2]), new([7], [2])], Options, epochs: 1);
        Assert.Equal(["5|1 7 8|7 8 2", "6|1 7 8|7 8 2", "7|1|2"], batches.SelectMany(static batch => batch.Pairs).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1 << 18, 1)]
    [InlineData(30, 1)]
    [InlineData(30, 2)]
    [InlineData(1, 3)]
    public async Task What_follows_a_position_is_what_would_have_followed(int window, int accumulated)
    {
        TokenPair[] pairs = TestTrainer.Pairs(90);
        TrainingOptions options = Options with { ShuffleWindow = window };
        List<Batch> all = await ReadAsync(pairs, options, epochs: 3);
        for (int i = 0; i < all.Count; i += accumulated)
        {
            List<Batch> rest = await ReadAsync(pairs, options, epochs: 3, all[i].After);
            Assert.Equal(all.Skip(i + 1).SelectMany(static batch => batch.Pairs), rest.SelectMany(static batch => batch.Pairs));
            Assert.Equal(all.Skip(i + 1).Select(static batch => batch.After), rest.Select(static batch => batch.After));
        }
    }

    [Fact]
    public async Task Other_pairs_than_before_are_noticed()
    {
        TokenPair[] pairs = TestTrainer.Pairs(90);
        TrainingOptions options = Options with { ShuffleWindow = 40 };
        List<Batch> all = await ReadAsync(pairs, options, epochs: 1);
        Batch within = all.First(static batch => batch.After is { FirstPair: 40, Batch: > 0 });
        TokenPair[] others = [.. pairs];
        others[60] = new(others[60].Source.ToArray(), [9, 9]);
        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync(others, options, epochs: 1, within.After));
        Assert.StartsWith("The pairs are others than those that training had begun with: the 40 from pair 40 on are not those that it was in the middle of.", refusal.Message, StringComparison.Ordinal);
        refusal = await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync(pairs[..20], options, epochs: 1, within.After));
        Assert.StartsWith("The pairs are others than those that training had begun with: there are 20, and it had come to pair 40.", refusal.Message, StringComparison.Ordinal);
    }

    public static TheoryData<TokenPair, string> Invalid => new()
    {
        { new([], [3]), "Pair 1 has an empty source; it needs at least one token." },
        { default, "Pair 1 has an empty source; it needs at least one token." },
        { new([3], []), "Pair 1 has an empty target; it needs at least one token, and be it the end token." },
        { new(new int[8], [3]), "Pair 1 has a source of 8 tokens; this model takes at most 7 (MaxSourceLength of its declaration)." },
        { new([3], new int[9]), "Pair 1 has a target of 10 tokens, the end token among them; this model takes at most 9 (MaxTargetLength of its declaration)." },
        { new([3, 19], [3]), "Pair 1 has 19 as token 1 of its source; the vocabulary goes from 0 to 18." },
        { new([3], [-1]), "Pair 1 has -1 as token 0 of its target; the vocabulary goes from 0 to 33." },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public async Task A_pair_that_cannot_be_used_is_refused_or_left_out(TokenPair pair, string message)
    {
        TokenPair[] pairs = [TestTrainer.Pairs(1)[0], pair, .. TestTrainer.Pairs(5)];
        ArgumentException refusal = await Assert.ThrowsAnyAsync<ArgumentException>(() => ReadAsync(pairs, Options, epochs: 1));
        Assert.StartsWith(message + " Mend it, or leave such pairs out with TrainingOptions.OnInvalidPair = InvalidPair.LeaveOut.", refusal.Message, StringComparison.Ordinal);

        List<Batch> batches = await ReadAsync(pairs, Options with { OnInvalidPair = InvalidPair.LeaveOut }, epochs: 2);
        Assert.Equal(12, batches.Sum(static batch => batch.Pairs.Length));
        Assert.Equal(2, batches[^1].After.LeftOut);
    }

    [Fact]
    public async Task Lengths_at_their_limits_are_taken() =>
        Assert.Single(await ReadAsync([new(new int[7], [3, 3, 3, 3, 3, 3, 3, 3, 2]), new(new int[7], [3, 3, 3, 3, 3, 3, 3, 3])], Options, epochs: 1));

    [Fact]
    public async Task No_pairs_at_all_are_refused()
    {
        Assert.StartsWith("There are no pairs to train with.", (await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync([], Options, epochs: 1))).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "There are no pairs to train with: all 2 were left out",
            (await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync([default, default], Options with { OnInvalidPair = InvalidPair.LeaveOut }, epochs: 1))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Windows_of_pairs_that_are_all_left_out_are_passed_over(int window)
    {
        TokenPair[] pairs = [default, default, default, .. TestTrainer.Pairs(3), default, default, default, default];
        List<Batch> batches = await ReadAsync(pairs, Options with { OnInvalidPair = InvalidPair.LeaveOut, ShuffleWindow = window }, epochs: 1);
        Assert.Equal(3, batches.Sum(static batch => batch.Pairs.Length));
    }

    [Fact]
    public async Task Pairs_are_disposed_after_each_epoch_and_at_the_end()
    {
        int open = 0, opened = 0;
        await ReadAsync(Counted(), Options, epochs: 2);
        Assert.Equal((0, 2), (open, opened));
        var stream = new BatchStream(TestTrainer.Asynchronous(Counted().Select(static pair => new TrainingPair(pair))), new PairCheck(TestTrainer.Model, InvalidPair.Refuse), Options with { ShuffleWindow = 1 }, default);
        await stream.ReadAsync(default);
        Assert.Equal(1, open);
        await stream.DisposeAsync();
        Assert.Equal(0, open);

        IEnumerable<TokenPair> Counted()
        {
            open++;
            opened++;
            try
            {
                foreach (TokenPair pair in TestTrainer.Pairs(5))
                {
                    yield return pair;
                }
            }
            finally
            {
                open--;
            }
        }
    }

    [Fact]
    public async Task A_buffer_that_is_used_again_for_each_pair_is_copied()
    {
        int[] buffer = new int[1];
        List<Batch> batches = await ReadAsync(Enumerable.Range(3, 10).Select(token =>
        {
            buffer[0] = token;
            return new TokenPair(buffer, [5]);
        }), Options, epochs: 1);
        Assert.Equal(10, batches.SelectMany(static batch => batch.Pairs).Distinct().Count());
    }

    private static async Task<List<Batch>> ReadAsync(IEnumerable<TokenPair> pairs, TrainingOptions options, int epochs, StreamPosition position = default)
    {
        await using var stream = new BatchStream(TestTrainer.Asynchronous(pairs.Select(static pair => new TrainingPair(pair))), new PairCheck(TestTrainer.Model, options.OnInvalidPair), options, position);
        var batches = new List<Batch>();
        var batch = new PairBatch();
        while (stream.Position.Epoch < epochs)
        {
            long epoch = stream.Position.Epoch;
            if (stream.TryTake(batch))
            {
                batches.Add(new Batch(epoch, [.. Pairs(batch)], batch.SourceLengths.ToArray(), batch.TargetLengths.ToArray(), stream.Position));
            }
            else
            {
                await stream.ReadAsync(default);
            }
        }

        return batches;
    }

    private static IEnumerable<string> Pairs(PairBatch batch)
    {
        int source = 0, target = 0;
        for (int i = 0; i < batch.Pairs; i++)
        {
            int sourceEnd = source + batch.SourceLengths[i], targetEnd = target + batch.TargetLengths[i];
            yield return $"{Text(batch.SourceTokens[source..sourceEnd])}|{Text(batch.TargetTokens[target..targetEnd])}|{Text(batch.Labels[target..targetEnd])}";
            (source, target) = (sourceEnd, targetEnd);
        }
    }

    private static string Text(TokenPair pair)
    {
        int[] target = pair.Target.Span[^1] == 2 ? pair.Target.ToArray() : [.. pair.Target.Span, 2];
        return $"{Text(pair.Source.Span)}|{Text([1, .. target[..^1]])}|{Text(target)}";
    }

    private static string Text(ReadOnlySpan<int> tokens) => string.Join(' ', tokens.ToArray());

    private static string[] Order(List<Batch> batches, long epoch) => [.. batches.Where(batch => batch.Epoch == epoch).SelectMany(static batch => batch.Pairs)];

    private sealed record Batch(long Epoch, string[] Pairs, int[] SourceLengths, int[] TargetLengths, StreamPosition After);
}

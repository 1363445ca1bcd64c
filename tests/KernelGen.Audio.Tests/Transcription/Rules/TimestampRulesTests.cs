using CsCheck;

namespace KernelGen.Audio.Tests;

public class TimestampRulesTests
{
    private const int Text = 1000;
    private static readonly WhisperTokens Tokens = SpeechGoldens.Pieces;
    private static readonly int First = Tokens.FirstTimestamp;
    private static readonly int Size = SpeechGoldens.Model.Shape.VocabularySize;

    [Fact]
    public void A_text_begins_with_a_timestamp_no_later_than_allowed()
    {
        float[] logits = Apply(longestSilence: 50, written: []);
        AssertForbidden(logits, ..First);
        AssertAllowed(logits, First..(First + 51));
        AssertForbidden(logits, (First + 51)..Size);
    }

    [Fact]
    public void Without_a_limit_it_may_begin_with_any()
    {
        float[] logits = Apply(longestSilence: null, written: []);
        AssertForbidden(logits, ..First);
        AssertAllowed(logits, First..Size);
    }

    [Fact]
    public void After_the_first_timestamp_comes_text() => AssertTextComesAfter([First + 7]);

    [Fact]
    public void After_a_pair_comes_text() => AssertTextComesAfter([First + 7, Text, First + 20, First + 20]);

    [Fact]
    public void After_the_timestamp_of_a_text_comes_the_same_or_a_later_one_or_the_end()
    {
        float[] logits = Apply(longestSilence: 50, [First + 7, Text, First + 20]);
        AssertForbidden(logits, ..Tokens.End);
        AssertAllowed(logits, Tokens.End..(Tokens.End + 1));
        AssertForbidden(logits, First..(First + 20));
        AssertAllowed(logits, (First + 20)..Size);
    }

    [Fact]
    public void A_segment_has_a_length()
    {
        float[] logits = Apply(longestSilence: 50, [First + 7, Text, Text]);
        AssertAllowed(logits, ..Tokens.End);
        AssertForbidden(logits, First..(First + 8));
        AssertAllowed(logits, (First + 8)..Size);
    }

    [Fact]
    public void The_token_for_no_timestamps_never_comes()
    {
        Assert.Equal(float.NegativeInfinity, Apply(longestSilence: 50, written: [])[Tokens.NoTimestamps]);
        Assert.Equal(float.NegativeInfinity, Apply(longestSilence: 50, [First, Text])[Tokens.NoTimestamps]);
    }

    [Fact]
    public void A_timestamp_comes_where_all_together_are_more_probable_than_any_text()
    {
        float[] logits = new float[Size];
        logits[Text] = 7.2f;

        // After these, 1494 timestamps remain, and ln 1494 = 7.309.
        new TimestampRules(Tokens, 50).Apply(logits, [First + 6, Text]);
        AssertForbidden(logits, ..First);

        logits = new float[Size];
        logits[Text] = 7.4f;
        new TimestampRules(Tokens, 50).Apply(logits, [First + 6, Text]);
        AssertAllowed(logits, ..Tokens.End);
    }

    [Fact]
    public void Log_probabilities_will_do_as_well_as_logits()
    {
        float[] shifted = new float[Size];
        Array.Fill(shifted, -1000);
        new TimestampRules(Tokens, 50).Apply(shifted, [First + 6, Text]);
        float[] logits = new float[Size];
        new TimestampRules(Tokens, 50).Apply(logits, [First + 6, Text]);
        Assert.Equal(Array.ConvertAll(logits, float.IsNegativeInfinity), Array.ConvertAll(shifted, float.IsNegativeInfinity));
    }

    [Fact]
    public void After_the_last_timestamp_there_is_the_end()
    {
        float[] logits = Apply(longestSilence: 50, [First, Text, First + 1500, First + 1500, Text]);
        AssertForbidden(logits, First..Size);
        AssertAllowed(logits, Tokens.End..(Tokens.End + 1));
    }

    [Fact]
    public void No_logits_and_no_tokens_make_it_throw()
    {
        float[] strange = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, 1e38f, -1e38f];
        var rules = new TimestampRules(Tokens, 50);
        Gen.Select(Gen.Int[0, Size - 1].Array[0, 6], Gen.Int[0, strange.Length - 1], Gen.Int[0, Size - 1]).Sample((written, kind, place) =>
        {
            float[] logits = new float[Size];
            Array.Fill(logits, strange[kind]);
            logits[place] = 1;
            rules.Apply(logits, written);
            Assert.Equal(float.NegativeInfinity, logits[Tokens.NoTimestamps]);
        }, iter: 50);
    }

    [Fact]
    public void Rules_are_those_of_openais_code_for_any_beginning_and_any_logits() =>
        Gen.Select(Gen.Int[-4, 4].Array[0, 7], Gen.Float[-3, 14].Array[4], Gen.Int[0, 1]).Sample(static (kinds, levels, limit) =>
        {
            // Text, or a timestamp among the first few.
            int[] written = Array.ConvertAll(kinds, static kind => kind < 0 ? Text - kind : First + kind);
            float[] logits = new float[Size];
            for (int token = 0; token < Size; token++)
            {
                logits[token] = token < Tokens.End ? levels[0] - (token % 7) : token < First ? levels[1] : levels[2] - (token % 5 * levels[3]);
            }

            float[] expected = (float[])logits.Clone();
            PlainRules(expected, written, limit == 0 ? null : 2);
            new TimestampRules(Tokens, limit == 0 ? null : 2).Apply(logits, written);
            Assert.Equal(expected, logits);
        }, iter: 200);

    /// <summary>The same in the order and words of <c>ApplyTimestampRules</c>, over probabilities.</summary>
    private static void PlainRules(float[] logits, int[] written, int? limit)
    {
        void Forbid(int from, int to)
        {
            for (int token = from; token < to; token++)
            {
                logits[token] = float.NegativeInfinity;
            }
        }

        Forbid(Tokens.NoTimestamps, Tokens.NoTimestamps + 1);
        bool lastWasTimestamp = written.Length >= 1 && written[^1] >= First;
        bool penultimateWasTimestamp = written.Length < 2 || written[^2] >= First;
        if (lastWasTimestamp && penultimateWasTimestamp)
        {
            Forbid(First, Size);
        }
        else if (lastWasTimestamp)
        {
            Forbid(0, Tokens.End);
        }

        int[] timestamps = [.. written.Where(static token => token >= First)];
        if (timestamps.Length > 0)
        {
            Forbid(First, lastWasTimestamp && !penultimateWasTimestamp ? timestamps[^1] : timestamps[^1] + 1);
        }

        if (written.Length == 0)
        {
            Forbid(0, First);
            if (limit is { } last)
            {
                Forbid(First + last + 1, Size);
            }
        }

        if (logits[First..].Sum(static logit => Math.Exp(logit)) > logits[..First].Max(static logit => Math.Exp(logit)))
        {
            Forbid(0, First);
        }
    }

    private static void AssertTextComesAfter(int[] written)
    {
        float[] logits = Apply(longestSilence: 50, written);
        AssertAllowed(logits, ..(Tokens.End + 1));
        AssertForbidden(logits, First..Size);
    }

    /// <summary>The logits that rules leave of a row in which text is more probable than timestamps, but where none is left.</summary>
    private static float[] Apply(int? longestSilence, int[] written)
    {
        float[] logits = new float[Size];
        Array.Fill(logits, 100, 0, Tokens.End + 1);
        new TimestampRules(Tokens, longestSilence).Apply(logits, written);
        return logits;
    }

    private static void AssertForbidden(float[] logits, Range range) => Assert.All(logits[range].Distinct(), static logit => Assert.Equal(float.NegativeInfinity, logit));

    private static void AssertAllowed(float[] logits, Range range) => Assert.All(logits[range].Distinct(), static logit => Assert.True(float.IsFinite(logit)));
}

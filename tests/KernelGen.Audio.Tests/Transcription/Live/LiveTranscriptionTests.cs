namespace KernelGen.Audio.Tests;

/// <summary>Live sound, with a model that understands tones.</summary>
public class LiveTranscriptionTests
{
    private static readonly LiveTranscriptionOptions OfSoundAlone = new() { KeepsUp = false };

    /// <summary>Two sentences, a pause, and a beginning without an end.</summary>
    private static ToneSpeech Speech() => new ToneSpeech().Wait(1.3).Say(0, 1, 2, 9, 3, 4, 8).Wait(2.7).Say(5, 6, 7).Wait(0.35);

    /// <summary>Half a minute without a pause.</summary>
    private static ToneSpeech LongSpeech()
    {
        var speech = new ToneSpeech();
        for (int i = 0; i < 66; i++)
        {
            speech.Say((i % 11) == 10 ? 8 : i * 7 % 8);
        }

        return speech;
    }

    [Fact]
    public async Task Words_are_seen_while_they_are_said_and_final_soon_after()
    {
        ToneSpeech speech = Speech();
        List<LiveTranscript> updates = await new ToneModel().HearAsync(new LiveSource(speech.Samples, 800), cancellation: TestContext.Current.CancellationToken);
        AssertConsistent(updates, speech.Text);

        // At three seconds three words have been said, of which two passes have heard two.
        LiveTranscript third = updates.First(static update => update.Duration.TotalSeconds >= 3);
        Assert.Equal(3, third.Duration.TotalSeconds);
        Assert.StartsWith(" the of was", third.PendingText + third.PartialText, StringComparison.Ordinal);
        Assert.NotEmpty(third.Pending);
        Assert.NotEmpty(third.Partial);

        // What is cut is misheard, and is said again.
        Assert.Contains(updates, static update => update.PartialText.Contains(ToneModel.Misheard, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Segments_are_sentences_and_what_is_said_before_a_pause()
    {
        ToneSpeech speech = Speech();
        List<LiveTranscript> updates = await new ToneModel().HearAsync(new LiveSource(speech.Samples, 800), cancellation: TestContext.Current.CancellationToken);
        TranscriptSegment[] segments = [.. updates.SelectMany(static update => update.Segments)];
        Assert.Equal([" the of was passion.", " best times worse.", " believe control changes"], segments.Select(static segment => segment.Text));
        Assert.Equal([0, 1, 2], segments.Select(static segment => segment.Number));
        Assert.Equal([1.3, 3.3, 7.5], segments.Select(static segment => segment.Start.TotalSeconds), static (one, other) => Math.Abs(one - other) < 0.25);
        Assert.Equal([3.2, 4.7, 8.9], segments.Select(static segment => segment.End.TotalSeconds), static (one, other) => Math.Abs(one - other) < 0.3);
        Assert.Equal(3, new Transcript("en", segments, TimeSpan.Zero).ToSrt().Split("-->").Length - 1);

        // The second segment is final during the pause, and not when somebody speaks again.
        Assert.InRange(updates.Single(update => update.Segments.Contains(segments[1])).Duration.TotalSeconds, 4.7, 7);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(16_000)]
    [InlineData(int.MaxValue)]
    public async Task Updates_do_not_depend_on_chunks(int chunk)
    {
        float[] samples = Speech().Samples;
        List<LiveTranscript> expected = await new ToneModel().HearAsync(new LiveSource(samples, 480), cancellation: TestContext.Current.CancellationToken);
        List<LiveTranscript> updates = await new ToneModel().HearAsync(new LiveSource(samples, chunk), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(expected.Select(Show), updates.Select(Show));
    }

    [Fact]
    public async Task Updates_do_not_depend_on_chunks_of_one_sample()
    {
        float[] samples = [.. new ToneSpeech().Say(0, 9).Wait(1.5).Samples];
        List<LiveTranscript> expected = await new ToneModel().HearAsync(new LiveSource(samples, 480), cancellation: TestContext.Current.CancellationToken);
        List<LiveTranscript> updates = await new ToneModel().HearAsync(new LiveSource(samples, 1), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(" the passion.", string.Concat(updates.SelectMany(static update => update.Words).Select(static word => word.Text)));
        Assert.Equal(expected.Select(Show), updates.Select(Show));
    }

    [Fact]
    public async Task Ten_minutes_at_once_are_heard_like_any_other()
    {
        ToneSpeech speech = new ToneSpeech().Say(1, 2, 8).Wait(300).Say(3, 4, 9).Wait(294).Say(5);
        List<LiveTranscript> updates = await new ToneModel().HearAsync(new LiveSource(speech.Samples, int.MaxValue), cancellation: TestContext.Current.CancellationToken);
        AssertConsistent(updates, speech.Text);
        Assert.Equal([0, 302, 597], updates.SelectMany(static update => update.Segments).Select(static segment => segment.Start.TotalSeconds), static (one, other) => Math.Abs(one - other) < 1);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_is_said_and_however_it_comes_the_text_is_that_and_only_grows(int seed)
    {
        var random = new Random(seed);
        int[] words = RandomWords(random, 1, 12);
        double pause = 0.9 + (1.6 * random.NextDouble());
        ToneSpeech speech = new ToneSpeech().Wait(pause / 2).Say(words[..(words.Length / 2)]).Wait(pause).Say(words[(words.Length / 2)..]).Wait(0.4);
        IEnumerable<int> chunks = Enumerable.Range(0, 30).Select(_ => random.Next(1, 9000));
        var live = new LiveTranscriptionOptions { KeepsUp = false, Interval = TimeSpan.FromSeconds(random.Next(2, 30) / 10.0) };
        List<LiveTranscript> updates = await new ToneModel().HearAsync(LiveSource.Of(speech.Samples, chunks), live, cancellation: TestContext.Current.CancellationToken);
        AssertConsistent(updates, speech.Text);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task However_long_passes_take_words_are_heard_once_and_stay(int seed)
    {
        var random = new Random(seed);

        // A word that is said twice right where the sound is cut looks like an echo.
        int[] all = RandomWords(random, 20, 60);
        int[] words = [.. all.Where((word, i) => i == 0 || word != all[i - 1])];
        ToneSpeech speech = new ToneSpeech().Say(words[..(words.Length / 3)]).Wait(0.3 + (2.7 * random.NextDouble())).Say(words[(words.Length / 3)..]).Wait(0.4);
        var time = new ManualTime();
        var model = new ToneModel { OnPass = _ => time.Pass(9 * random.NextDouble()) };
        List<LiveTranscript> updates = await model.HearAsync(
            new LiveSource(speech.Samples, 8000), new LiveTranscriptionOptions(), time: time, cancellation: TestContext.Current.CancellationToken);
        AssertConsistent(updates, speech.Text);
    }

    [Fact]
    public async Task Speech_without_a_pause_is_cut_between_sentences()
    {
        ToneSpeech speech = LongSpeech();
        var model = new ToneModel();
        List<LiveTranscript> updates = await model.HearAsync(new LiveSource(speech.Samples, 800), OfSoundAlone with { LongestSound = TimeSpan.FromSeconds(8) }, cancellation: TestContext.Current.CancellationToken);
        AssertConsistent(updates, speech.Text);
        Assert.All(updates, static update => Assert.InRange(update.Pending.Length, 0, 24));
        Assert.InRange(model.Passes, 33, 34);
    }

    [Fact]
    public async Task Without_a_detector_all_is_heard()
    {
        ToneSpeech speech = Speech();
        var model = new ToneModel();
        var options = new TranscriptionOptions { Language = "en", VoiceActivity = null };
        List<LiveTranscript> updates = await model.HearAsync(new LiveSource(speech.Samples, 800), options: options, cancellation: TestContext.Current.CancellationToken);
        AssertConsistent(updates, speech.Text);
        Assert.Equal((int)Math.Ceiling(speech.Seconds), model.Passes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5 * ToneSpeech.Rate)]
    public async Task Nothing_is_imagined_in_silence(int length)
    {
        var model = new ToneModel();
        Assert.Empty(await model.HearAsync(new LiveSource(new float[length], 1000), cancellation: TestContext.Current.CancellationToken));
        Assert.Empty(await model.HearAsync(new LiveSource(new ToneSpeech().Wait((double)length / ToneSpeech.Rate).Samples, 1000), cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(0, model.Passes);
    }

    [Theory]
    [InlineData(8_000)]
    [InlineData(44_100)]
    [InlineData(48_000)]
    public async Task Sound_of_any_rate_is_heard(int rate)
    {
        ToneSpeech speech = Speech();
        using AudioReader other = new SampleReader(speech.Samples, ToneSpeech.Rate).Resample(rate);
        List<LiveTranscript> updates = await new ToneModel().HearAsync(new LiveSource(other.ReadToEnd(), 999), OfSoundAlone with { SampleRate = rate }, cancellation: TestContext.Current.CancellationToken);
        AssertConsistent(updates, speech.Text);
        Assert.Equal(7.5, updates[^1].Segments[^1].Start.TotalSeconds, 0.25);
    }

    [Fact]
    public async Task A_slow_model_makes_fewer_passes_and_keeps_up()
    {
        ToneSpeech speech = LongSpeech();
        var time = new ManualTime();
        var model = new ToneModel { OnPass = _ => time.Pass(3) };
        List<LiveTranscript> updates = await model.HearAsync(new LiveSource(speech.Samples, 800), new LiveTranscriptionOptions(), time: time, cancellation: TestContext.Current.CancellationToken);
        AssertConsistent(updates, speech.Text);

        // The first pass after a second, others after 3.75: together they take less time than the sound.
        Assert.InRange(model.Passes, 9, 11);
        Assert.True(model.Passes * 3 <= speech.Seconds);
    }

    [Fact]
    public async Task A_model_that_is_slower_than_anything_hears_all_the_same()
    {
        ToneSpeech speech = LongSpeech();
        var time = new ManualTime();
        var model = new ToneModel { OnPass = _ => time.Pass(100) };
        List<LiveTranscript> updates = await model.HearAsync(new LiveSource(speech.Samples, 800), new LiveTranscriptionOptions(), time: time, cancellation: TestContext.Current.CancellationToken);

        // Words at the edges of what was heard once only may be misheard; all others are there.
        AssertConsistent(updates, text: null);
        Assert.InRange(updates.Sum(static update => update.Words.Length), 60, 72);
    }

    [Fact]
    public async Task The_source_waits_when_half_a_minute_has_been_read_ahead()
    {
        using var open = new ManualResetEventSlim();
        var model = new ToneModel { OnPass = cancellation => open.Wait(cancellation) };
        var source = new LiveSource(new ToneSpeech().Say(0, 1, 2, 8).Wait(60).Samples, 160);
        Task<List<LiveTranscript>> hearing = model.HearAsync(source, cancellation: TestContext.Current.CancellationToken);
        long given = -1;
        while (source.Given < 30 * ToneSpeech.Rate || source.Given != given)
        {
            given = source.Given;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.InRange(given, 30 * ToneSpeech.Rate, 33 * ToneSpeech.Rate);
        open.Set();
        AssertConsistent(await hearing, " the of was worse.");
    }

    [Fact]
    public async Task What_was_heard_is_final_before_a_source_fails()
    {
        var failure = new IOException("The microphone was unplugged.");
        ToneSpeech speech = new ToneSpeech().Say(0, 1, 2).Wait(0.2);
        var updates = new List<LiveTranscript>();
        IOException thrown = await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (LiveTranscript update in new ToneModel().Begin().RunAsync(new LiveSource(speech.Samples, 160) { Failure = failure }, TestContext.Current.CancellationToken))
            {
                updates.Add(update);
            }
        });
        Assert.Same(failure, thrown);
        AssertConsistent(updates, speech.Text);
    }

    [Theory]
    [InlineData(float.NaN, "NaN", 160)]
    [InlineData(float.PositiveInfinity, "infinite", 16_000)]
    [InlineData(float.NegativeInfinity, "infinite", int.MaxValue)]
    public async Task A_sample_that_is_no_number_is_named(float value, string name, int chunk)
    {
        float[] samples = new float[32_000];
        samples[16_000] = value;
        InvalidDataException problem = await Assert.ThrowsAsync<InvalidDataException>(() => new ToneModel().HearAsync(new LiveSource(samples, chunk)));
        Assert.Equal($"Sample 16000 of the sound, at 1 s, is {name}; expected a number from -1 to 1.", problem.Message);
    }

    [Fact]
    public async Task A_call_is_cancelled_while_the_source_waits_and_the_source_ends()
    {
        using var cancellation = new CancellationTokenSource();
        var source = new LiveSource(new ToneSpeech().Say(0, 1, 2, 3).Wait(0.3).Samples, 160) { GoesOn = true };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (LiveTranscript update in new ToneModel().Begin().RunAsync(source, cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
        Assert.Equal(1, source.Ends);
    }

    [Fact]
    public async Task A_pass_is_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var source = new LiveSource(new ToneSpeech().Say(0, 1, 2, 3).Samples, 160);
        var model = new ToneModel { OnPass = _ => cancellation.Cancel() };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.HearAsync(source, cancellation: cancellation.Token));
        Assert.Equal((1, 1), (model.Passes, source.Ends));
    }

    [Fact]
    public async Task Whoever_stops_listening_stops_the_source()
    {
        var source = new LiveSource(Speech().Samples, 160) { GoesOn = true };
        await foreach (LiveTranscript update in new ToneModel().Begin().RunAsync(source, TestContext.Current.CancellationToken))
        {
            break;
        }

        Assert.Equal(1, source.Ends);
    }

    [Fact]
    public async Task The_language_is_told_until_a_word_is_final()
    {
        float[] speech = new ToneSpeech().Say(0).Samples;
        List<LiveTranscript> updates = await new ToneModel().HearAsync(
            new LiveSource([.. speech[4000..], .. new ToneSpeech().Say(1, 2, 3, 8).Wait(1).Samples], 800), options: new TranscriptionOptions(), cancellation: TestContext.Current.CancellationToken);
        Assert.All(updates, static update => Assert.Equal("fr", update.Language));
        updates = await new ToneModel().HearAsync(new LiveSource(Speech().Samples, 800), options: new TranscriptionOptions(), cancellation: TestContext.Current.CancellationToken);
        Assert.All(updates, static update => Assert.Equal("de", update.Language));
    }

    [Fact]
    public async Task The_model_is_shown_what_was_said_before_where_that_is_asked_for()
    {
        float[] samples = Speech().Samples;
        var options = new TranscriptionOptions { Language = "en", InitialPrompt = "best of" };
        var model = new ToneModel();
        await model.HearAsync(new LiveSource(samples, 800), options: options, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([" best of", ""], model.Prompts.Distinct().Select(Shown));

        model = new ToneModel();
        await model.HearAsync(new LiveSource(samples, 800), options: options with { ConditionOnPreviousText = true }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([" best of", " the of was passion. best times worse."], model.Prompts.Distinct().Select(Shown));

        static string Shown(string prompt) => prompt.Replace("<|startofprev|>", "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Three_hours_take_no_more_memory_than_a_minute()
    {
        // A sentence every half minute, and half a minute of chatter in each hour.
        const int Minutes = 180;
        float[] quiet = new ToneSpeech().Wait(4).Say(0, 1, 8).Wait(24.5).Samples;
        float[] busy = new ToneSpeech().Say([.. Enumerable.Range(0, 58).Select(static i => i * 3 % 8)]).Wait(1).Samples;
        var model = new ToneModel();
        int words = 0;
        int most = 0;
        long after = 0;
        await foreach (LiveTranscript update in model.Begin(OfSoundAlone with { Interval = TimeSpan.FromSeconds(2) }).RunAsync(Hours(), TestContext.Current.CancellationToken))
        {
            words += update.Words.Length;
            most = Math.Max(most, update.Pending.Length + update.Partial.Length + update.Segments.Length);
            if (after == 0 && update.Duration.TotalMinutes > 2)
            {
                after = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        Assert.Equal((((Minutes * 2) - 3) * 3) + (3 * 58), words);
        Assert.InRange(most, 1, 70);

        // Other tests run beside this one, with memory of their own: three hours of samples would be 691 MB.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - after, long.MinValue, 200_000_000);

        async IAsyncEnumerable<ReadOnlyMemory<float>> Hours()
        {
            for (int half = 0; half < Minutes * 2; half++)
            {
                yield return half % 120 == 60 ? busy : quiet;
                await Task.Yield();
            }
        }
    }

    [Fact]
    public void Options_that_are_not_usable_are_named()
    {
        AssertRefused(new LiveTranscriptionOptions { SampleRate = 999 }, "SampleRate is 999; expected 1000 to 768000 Hz.");
        AssertRefused(new LiveTranscriptionOptions { Interval = TimeSpan.Zero }, "Interval is 0 seconds; expected 0.1 to 10.");
        AssertRefused(new LiveTranscriptionOptions { Interval = TimeSpan.MaxValue }, "Interval is 922337203685.4775 seconds; expected 0.1 to 10.");
        AssertRefused(new LiveTranscriptionOptions { Pause = TimeSpan.FromSeconds(-1) }, "Pause is -1 seconds; expected 0.2 to 10.");
        AssertRefused(new LiveTranscriptionOptions { LongestSound = TimeSpan.FromSeconds(28) }, "LongestSound is 28 seconds; expected 2 to 27.");
        AssertRefused(new LiveTranscriptionOptions { LongestSound = TimeSpan.FromSeconds(1) }, "LongestSound is 1 seconds; expected 2 to 27.");

        static void AssertRefused(LiveTranscriptionOptions options, string message) =>
            Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => options.Check(TimeSpan.FromSeconds(30))).Message, StringComparison.Ordinal);
    }

    /// <summary>All that holds for the updates of any sound.</summary>
    private static void AssertConsistent(List<LiveTranscript> updates, string? text)
    {
        var segmented = new List<TranscriptWord>();
        var final = new List<TranscriptWord>();
        TimeSpan heard = TimeSpan.Zero;
        foreach (LiveTranscript update in updates)
        {
            final.AddRange(update.Words);
            segmented.AddRange(update.Segments.SelectMany(static segment => segment.Words));
            Assert.Equal(final, [.. segmented, .. update.Pending]);
            Assert.True(update.Duration >= heard);
            heard = update.Duration;
            Assert.All(update.Segments, static segment => Assert.Equal(segment.Text, string.Concat(segment.Words.Select(static word => word.Text))));
        }

        for (int i = 0; i < final.Count; i++)
        {
            Assert.True(final[i].Start <= final[i].End);
            Assert.True(i == 0 || final[i].Start >= final[i - 1].End);
        }

        if (updates.Count > 0)
        {
            Assert.Empty(updates[^1].Pending);
            Assert.Empty(updates[^1].Partial);
        }

        if (text is not null)
        {
            Assert.Equal(text, string.Concat(final.Select(static word => word.Text)));
        }
    }

    private static int[] RandomWords(Random random, int least, int most) => [.. Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => random.Next(ToneSpeech.Words.Length))];

    private static string Show(LiveTranscript update) =>
        $"{update.Duration} {string.Join(' ', update.Words)} | {string.Join(' ', update.Segments)} | {string.Join(' ', update.Pending)} | {string.Join(' ', update.Partial)}";
}

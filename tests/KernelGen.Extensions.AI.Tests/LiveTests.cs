using System.IO.Pipelines;
using KernelGen.Audio;
using KernelGen.Tests.Speech;
using Microsoft.Extensions.AI;

namespace KernelGen.Extensions.AI.Tests;

/// <summary>Sound that is still coming.</summary>
public sealed class LiveTests(ListeningModel model)
{
    private static readonly byte[] File = System.IO.File.ReadAllBytes(WhisperFolder.Speech);

    /// <summary>The text then follows from the sound alone.</summary>
    private static readonly LiveTranscriptionOptions Live = new() { KeepsUp = false, Interval = TimeSpan.FromSeconds(4), SampleRate = 48_000 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ISpeechToTextClient Client => model.Speech.AsISpeechToTextClient(new SpeechToTextClientOptions { Transcription = ListeningModel.Transcription, Live = Live });

    [Fact]
    public async Task Updates_of_a_live_sound_are_those_of_SpeechToText()
    {
        float[] samples = AudioFile.Read(WhisperFolder.Speech);
        List<LiveTranscript> expected = await model.Speech
            .TranscribeAsync(new[] { (ReadOnlyMemory<float>)samples }.ToAsyncEnumerable(), ListeningModel.Transcription, Live with { SampleRate = 16_000 }, Cancellation)
            .ToListAsync(Cancellation);
        using var audio = new ForwardStream(new MemoryStream(File));
        List<SpeechToTextResponseUpdate> updates = await Client.GetStreamingTextAsync(audio, cancellationToken: Cancellation).ToListAsync(Cancellation);

        Assert.Equal(SpeechToTextResponseUpdateKind.SessionOpen, updates[0].Kind);
        Assert.Equal((SpeechToTextResponseUpdateKind.SessionClose, "en"), (updates[^1].Kind, updates[^1].AdditionalProperties!["Language"]));
        SpeechToTextResponseUpdate[] final = [.. updates.Where(static update => update.Kind == SpeechToTextResponseUpdateKind.TextUpdated)];
        Assert.NotEmpty(final);
        Assert.Equal(string.Concat(expected.SelectMany(static update => update.Segments).Select(static segment => segment.Text)).TrimStart(), string.Concat(final.Select(static update => update.Text)));
        Assert.All(final, static update => Assert.Equal("en", Assert.IsType<TranscriptSegment>(update.RawRepresentation).Language));

        SpeechToTextResponseUpdate[] soFar = [.. updates.Where(static update => update.Kind == SpeechToTextResponseUpdateKind.TextUpdating)];
        Assert.NotEmpty(soFar);
        LiveTranscript first = expected.First(static update => !update.Partial.IsEmpty);
        Assert.Equal((first.PendingText + first.PartialText).TrimStart(), soFar[0].Text);
        Assert.Equal((first.Pending.AddRange(first.Partial)[0].Start, first.Partial[^1].End), (soFar[0].StartTime, soFar[0].EndTime));
        Assert.Empty(updates.ToSpeechToTextResponse().Contents.OfType<UsageContent>());
    }

    [Fact]
    public async Task A_request_alone_can_be_live_and_a_whole_answer_never_is()
    {
        using ISpeechToTextClient client = model.Speech.AsISpeechToTextClient(new SpeechToTextClientOptions { Transcription = ListeningModel.Transcription });
        var options = new SpeechToTextOptions { AdditionalProperties = new() { [nameof(LiveTranscriptionOptions)] = Live } };
        Assert.Contains(
            await client.GetStreamingTextAsync(new MemoryStream(File), options, Cancellation).ToListAsync(Cancellation),
            static update => update.Kind == SpeechToTextResponseUpdateKind.TextUpdating);
        Assert.Equal(
            (await client.GetTextAsync(new MemoryStream(File), cancellationToken: Cancellation)).Text,
            (await Client.GetTextAsync(new MemoryStream(File), cancellationToken: Cancellation)).Text);
    }

    [Fact]
    public async Task Text_comes_before_the_sound_has_ended()
    {
        Pipe pipe = Unbounded();
        await pipe.Writer.WriteAsync(File.AsMemory(0, WhisperFolder.SpeechHeader + (10 * 32_000)), Cancellation);
        bool hasEnded = false;
        await foreach (SpeechToTextResponseUpdate update in Client.GetStreamingTextAsync(pipe.Reader.AsStream(), cancellationToken: Cancellation))
        {
            if (update.Kind == SpeechToTextResponseUpdateKind.TextUpdating && !hasEnded)
            {
                hasEnded = true;
                await pipe.Writer.CompleteAsync();
            }
        }

        Assert.True(hasEnded);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(WhisperFolder.SpeechHeader + (6 * 32_000))]
    public async Task A_sound_that_comes_no_more_is_cancelled(int bytes)
    {
        Pipe pipe = Unbounded();
        if (bytes > 0)
        {
            await pipe.Writer.WriteAsync(File.AsMemory(0, bytes), Cancellation);
        }

        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(0.5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Client.GetStreamingTextAsync(pipe.Reader.AsStream(), cancellationToken: cancellation.Token).CountAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Fact]
    public async Task Whoever_wants_no_more_updates_does_not_wait_for_the_sound()
    {
        Pipe pipe = Unbounded();
        await pipe.Writer.WriteAsync(File.AsMemory(0, WhisperFolder.SpeechHeader + (6 * 32_000)), Cancellation);
        await HearOneAsync().WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        async Task HearOneAsync()
        {
            await foreach (SpeechToTextResponseUpdate update in Client.GetStreamingTextAsync(pipe.Reader.AsStream(), cancellationToken: Cancellation))
            {
                if (update.Kind == SpeechToTextResponseUpdateKind.TextUpdating)
                {
                    return;
                }
            }
        }
    }

    [Fact]
    public async Task What_was_heard_before_a_stream_breaks_is_final()
    {
        Pipe pipe = Unbounded();
        await pipe.Writer.WriteAsync(File.AsMemory(0, WhisperFolder.SpeechHeader + (6 * 32_000)), Cancellation);
        var updates = new List<SpeechToTextResponseUpdate>();
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (SpeechToTextResponseUpdate update in Client.GetStreamingTextAsync(pipe.Reader.AsStream(), cancellationToken: Cancellation))
            {
                updates.Add(update);
                if (update.Kind == SpeechToTextResponseUpdateKind.TextUpdating)
                {
                    await pipe.Writer.CompleteAsync(new IOException("The connection was lost."));
                }
            }
        });
        Assert.Contains(updates, static update => update.Kind == SpeechToTextResponseUpdateKind.TextUpdated);
    }

    /// <summary>A pipe whose writer never waits.</summary>
    private static Pipe Unbounded() => new(new PipeOptions(pauseWriterThreshold: 0));
}

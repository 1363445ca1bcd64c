using KernelGen.Audio;
using KernelGen.Tests.Speech;
using Microsoft.Extensions.AI;
using TranscriptionOptions = KernelGen.Audio.TranscriptionOptions;

namespace KernelGen.Extensions.AI.Tests;

/// <summary>What a client answers, at once and in updates.</summary>
public sealed class TextTests(ListeningModel model)
{
    private static readonly byte[] File = System.IO.File.ReadAllBytes(WhisperFolder.Speech);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ISpeechToTextClient Client => model.Speech.AsISpeechToTextClient(new SpeechToTextClientOptions { Transcription = ListeningModel.Transcription, ModelId = "little" });

    private Transcript Expected => model.Speech.Transcribe(WhisperFolder.Speech, ListeningModel.Transcription, Cancellation);

    [Fact]
    public async Task An_answer_is_the_transcript()
    {
        using var audio = new MemoryStream(File);
        SpeechToTextResponse answer = await Client.GetTextAsync(audio, cancellationToken: Cancellation);
        Transcript expected = Expected;
        Assert.NotEmpty(expected.Segments);
        Assert.Equal(expected.Text.TrimStart(), answer.Text);
        Assert.Equal((expected.Segments[0].Start, expected.Segments[^1].End), (answer.StartTime, answer.EndTime));
        Assert.Equal(expected.ToJson(), Assert.IsType<Transcript>(answer.RawRepresentation).ToJson());
        Assert.Equal("little", answer.ModelId);
        Assert.Equal(("en", expected.Duration), (answer.AdditionalProperties!["Language"], answer.AdditionalProperties["Duration"]));
        Assert.Equal(expected.Segments.Sum(static segment => segment.Tokens.Length), answer.Usage!.OutputTokenCount);
        Assert.Equal(expected.Segments.Length, answer.Contents.Count);
        Assert.All(answer.Contents.Zip(expected.Segments), static pair =>
        {
            Assert.Equal((pair.Second.Start, pair.Second.End), (pair.First.AdditionalProperties!["StartTime"], pair.First.AdditionalProperties["EndTime"]));
            Assert.Equal(pair.Second.Text, Assert.IsType<TranscriptSegment>(pair.First.RawRepresentation).Text);
        });
    }

    [Fact]
    public async Task Any_stream_is_read_from_where_it_stands_and_stays_open()
    {
        string expected = Expected.Text.TrimStart();
        using var forward = new ForwardStream(new MemoryStream(File));
        Assert.Equal(expected, (await Client.GetTextAsync(forward, cancellationToken: Cancellation)).Text);

        using var later = new MemoryStream([1, 2, 3, .. File]) { Position = 3 };
        Assert.Equal(expected, (await Client.GetTextAsync(later, cancellationToken: Cancellation)).Text);
        Assert.True(later.CanRead);

        using FileStream file = System.IO.File.OpenRead(WhisperFolder.Speech);
        Assert.Equal(expected, (await Client.GetTextAsync(file, cancellationToken: Cancellation)).Text);
    }

    [Fact]
    public async Task Flac_of_two_channels_at_another_rate_is_read()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Data", "stereo-16.flac");
        using FileStream flac = System.IO.File.OpenRead(path);
        SpeechToTextResponse answer = await Client.GetTextAsync(flac, new SpeechToTextOptions { SpeechSampleRate = 44_100 }, Cancellation);
        Assert.Equal(model.Speech.Transcribe(path, ListeningModel.Transcription, Cancellation).Text.TrimStart(), answer.Text);
        Assert.Equal(0.12, ((TimeSpan)answer.AdditionalProperties!["Duration"]!).TotalSeconds, 1e-3);
    }

    [Fact]
    public async Task Updates_are_segments_and_together_the_answer()
    {
        using var audio = new ForwardStream(new MemoryStream(File));
        List<SpeechToTextResponseUpdate> updates = await Client.GetStreamingTextAsync(audio, cancellationToken: Cancellation).ToListAsync(Cancellation);
        Transcript expected = Expected;
        Assert.Equal(
            [SpeechToTextResponseUpdateKind.SessionOpen, .. expected.Segments.Select(static _ => SpeechToTextResponseUpdateKind.TextUpdated), SpeechToTextResponseUpdateKind.SessionClose],
            updates.Select(static update => update.Kind));
        Assert.Equal(expected.Segments.Select(static segment => (segment.Start, segment.End)), updates[1..^1].Select(static update => (update.StartTime!.Value, update.EndTime!.Value)));
        Assert.Single(updates.Select(static update => (update.ResponseId, update.ModelId)).Distinct());

        SpeechToTextResponse answer = updates.ToSpeechToTextResponse();
        using var again = new MemoryStream(File);
        SpeechToTextResponse whole = await Client.GetTextAsync(again, cancellationToken: Cancellation);
        Assert.Equal((whole.Text, whole.StartTime, whole.EndTime, whole.ModelId), (answer.Text, answer.StartTime, answer.EndTime, answer.ModelId));
        Assert.Equal(whole.Usage!.OutputTokenCount, answer.Usage!.OutputTokenCount);
        Assert.Equal("en", answer.AdditionalProperties!["Language"]);
    }

    [Fact]
    public async Task Where_nothing_is_said_there_is_no_text()
    {
        byte[] silence = [.. File.AsSpan(0, WhisperFolder.SpeechHeader), .. new byte[20 * 32_000]];
        var options = new SpeechToTextOptions { SpeechLanguage = "German" };
        SpeechToTextResponse answer = await Client.GetTextAsync(new ForwardStream(new MemoryStream(silence)), options, Cancellation);
        Assert.Equal(("", 0L), (answer.Text, answer.Usage!.OutputTokenCount));
        Assert.Null(answer.StartTime);
        Assert.Equal("de", answer.AdditionalProperties!["Language"]);
        List<SpeechToTextResponseUpdate> updates = await Client.GetStreamingTextAsync(new MemoryStream(silence), options, Cancellation).ToListAsync(Cancellation);
        Assert.Equal([SpeechToTextResponseUpdateKind.SessionOpen, SpeechToTextResponseUpdateKind.SessionClose], updates.Select(static update => update.Kind));
        Assert.Equal("de", updates[1].AdditionalProperties!["Language"]);
    }

    [Fact]
    public async Task Requests_at_once_answer_as_alone()
    {
        string expected = Expected.Text.TrimStart();
        using ISpeechToTextClient client = Client;
        SpeechToTextResponse[] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.GetTextAsync(new MemoryStream(File), cancellationToken: Cancellation)));
        Assert.All(answers, answer => Assert.Equal(expected, answer.Text));
        Assert.Equal(4, answers.Select(static answer => answer.ResponseId).Distinct().Count());
    }

    [Fact]
    public async Task A_request_is_cancelled()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.GetTextAsync(new MemoryStream(File), cancellationToken: new CancellationToken(canceled: true)));
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (SpeechToTextResponseUpdate update in Client.GetStreamingTextAsync(new MemoryStream(File), cancellationToken: cancellation.Token))
            {
                Assert.NotEqual(SpeechToTextResponseUpdateKind.SessionClose, update.Kind);
                await cancellation.CancelAsync();
            }
        });
    }

    [Fact]
    public async Task Whoever_wants_no_more_updates_stops()
    {
        int count = 0;
        await foreach (SpeechToTextResponseUpdate update in Client.GetStreamingTextAsync(new MemoryStream(File), cancellationToken: Cancellation))
        {
            if (++count == 2)
            {
                break;
            }
        }

        Assert.Equal(2, count);
    }

    [Fact]
    public async Task Audio_that_cannot_be_read_is_refused()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Client.GetTextAsync(new MemoryStream(), cancellationToken: Cancellation));
        await Assert.ThrowsAsync<InvalidDataException>(() => Client.GetTextAsync(new MemoryStream(File[..20]), cancellationToken: Cancellation));
        Exception ogg = await Assert.ThrowsAsync<NotSupportedException>(() => Client.GetTextAsync(new MemoryStream([.. "OggS"u8, .. new byte[100]]), cancellationToken: Cancellation));
        Assert.Contains("Ogg", ogg.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Client.GetStreamingTextAsync(new MemoryStream(File[..20]), cancellationToken: Cancellation).CountAsync(Cancellation));

        var closed = new MemoryStream(File);
        closed.Dispose();
        Assert.Contains("cannot be read", (await Assert.ThrowsAsync<ArgumentException>(() => Client.GetTextAsync(closed, cancellationToken: Cancellation))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentNullException>(() => Client.GetTextAsync(null!, cancellationToken: Cancellation));
        Assert.Throws<ArgumentNullException>(() => Client.GetStreamingTextAsync(null!, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task What_a_stream_throws_comes_out()
    {
        using var broken = new BrokenStream();
        await Assert.ThrowsAsync<IOException>(() => Client.GetTextAsync(broken, cancellationToken: Cancellation));
    }

    [Fact]
    public void Services_are_the_client_what_it_is_made_of_and_what_it_is_called()
    {
        using ISpeechToTextClient client = Client;
        SpeechToTextClientMetadata metadata = client.GetService<SpeechToTextClientMetadata>()!;
        Assert.Equal(("kernelgen", null, "little"), (metadata.ProviderName, metadata.ProviderUri, metadata.DefaultModelId));
        Assert.Equal(nameof(ListeningWhisper), model.Speech.AsISpeechToTextClient().GetService<SpeechToTextClientMetadata>()!.DefaultModelId);
        Assert.Same(client, client.GetService<ISpeechToTextClient>());
        Assert.Same(model.Speech, client.GetService<SpeechToText>());
        Assert.Same(model.Speech.Model, client.GetService<ListeningWhisper>());
        Assert.Same(model.Speech.Model, client.GetService<SpeechModel>());
        Assert.Null(client.GetService<string>());
        Assert.Null(client.GetService<SpeechToText>("key"));
        Assert.Throws<ArgumentNullException>(() => client.GetService(null!));
    }

    [Fact]
    public async Task Only_a_client_that_owns_its_model_disposes_it()
    {
        Client.Dispose();
        Assert.NotEmpty(Expected.Text);

        SpeechToText speech = SpeechToText.Open<ListeningWhisper>(model.Folder);
        ISpeechToTextClient owner = speech.AsISpeechToTextClient(new SpeechToTextClientOptions { Transcription = ListeningModel.Transcription, OwnsSpeech = true });
        owner.Dispose();
        owner.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => owner.GetTextAsync(new MemoryStream(File), cancellationToken: Cancellation));
        Assert.Throws<ArgumentNullException>(() => ((SpeechToText)null!).AsISpeechToTextClient());
    }

    [Fact]
    public void Segments_say_their_language()
    {
        TranscriptionOptions options = ListeningModel.Transcription with { Language = "German" };
        Assert.All(model.Speech.Stream(() => AudioFile.Open(new MemoryStream(File)), options, Cancellation), static segment => Assert.Equal("de", segment.Language));
        Assert.Throws<ArgumentNullException>(() => model.Speech.Transcribe((Func<AudioReader>)null!));
        Assert.Throws<ArgumentNullException>(() => model.Speech.Stream((Func<AudioReader>)null!));
    }
}

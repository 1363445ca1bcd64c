using KernelGen.Audio;
using KernelGen.Tests.Speech;
using Microsoft.Extensions.AI;
using TranscriptionOptions = KernelGen.Audio.TranscriptionOptions;

namespace KernelGen.Extensions.AI.Tests;

/// <summary>What requests ask for.</summary>
public sealed class OptionTests(ListeningModel model)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ISpeechToTextClient Client => model.Speech.AsISpeechToTextClient(new SpeechToTextClientOptions { Transcription = ListeningModel.Transcription });

    [Theory]
    [InlineData(null, null, "en", TranscriptionTask.Transcribe)]
    [InlineData("de", null, "de", TranscriptionTask.Transcribe)]
    [InlineData("pt-BR", null, "pt", TranscriptionTask.Transcribe)]
    [InlineData("French", "fr_FR", "fr", TranscriptionTask.Transcribe)]
    [InlineData("de", "en", "de", TranscriptionTask.Translate)]
    [InlineData("de", "en-US", "de", TranscriptionTask.Translate)]
    [InlineData("en-GB", "English", "en", TranscriptionTask.Transcribe)]
    [InlineData(null, "en", "en", TranscriptionTask.Transcribe)]
    public async Task Languages_say_what_is_heard_and_what_is_written(string? spoken, string? written, string language, TranscriptionTask task)
    {
        TranscriptionOptions asked = ListeningModel.Transcription with { Language = language, Task = task };
        SpeechToTextResponse answer = await AskAsync(new SpeechToTextOptions { SpeechLanguage = spoken, TextLanguage = written });
        Assert.Equal(model.Speech.Transcribe(WhisperFolder.Speech, asked, Cancellation).Text.TrimStart(), answer.Text);
        Assert.Equal(language, answer.AdditionalProperties!["Language"]);
    }

    [Fact]
    public async Task English_is_written_whatever_is_spoken_where_the_model_tells_that()
    {
        TranscriptionOptions any = ListeningModel.Transcription with { Language = null };
        using ISpeechToTextClient client = model.Speech.AsISpeechToTextClient(new SpeechToTextClientOptions { Transcription = any });
        Transcript expected = model.Speech.Transcribe(WhisperFolder.Speech, any with { Task = TranscriptionTask.Translate }, Cancellation);
        SpeechToTextResponse answer = await AskAsync(new SpeechToTextOptions { TextLanguage = "en" }, client);
        Assert.Equal((expected.Text.TrimStart(), expected.Language), (answer.Text, answer.AdditionalProperties!["Language"]));

        using FileStream audio = File.OpenRead(WhisperFolder.Speech);
        SpeechToTextResponse streamed = await client.GetStreamingTextAsync(audio, cancellationToken: Cancellation).ToSpeechToTextResponseAsync(Cancellation);
        Assert.Equal(model.Speech.Transcribe(WhisperFolder.Speech, any, Cancellation).Language, streamed.AdditionalProperties!["Language"]);
    }

    [Fact]
    public async Task The_factory_of_a_request_makes_the_options_of_KernelGen()
    {
        ISpeechToTextClient? asked = null;
        TranscriptionOptions own = ListeningModel.Transcription with { WordTimestamps = true, Language = "de" };
        using ISpeechToTextClient client = Client;
        SpeechToTextResponse answer = await AskAsync(
            new SpeechToTextOptions
            {
                SpeechLanguage = "en",
                RawRepresentationFactory = one =>
                {
                    asked = one;
                    return own;
                },
            },
            client);
        Assert.Same(client, asked);
        Transcript transcript = Assert.IsType<Transcript>(answer.RawRepresentation);
        Assert.Equal("en", transcript.Language);
        Assert.Contains(transcript.Segments, static segment => !segment.Words.IsEmpty);
        Assert.Equal(model.Speech.Transcribe(WhisperFolder.Speech, own with { Language = "en" }, Cancellation).ToJson(), transcript.ToJson());

        // One that makes nothing leaves those of the client.
        Assert.NotEmpty((await AskAsync(new SpeechToTextOptions { RawRepresentationFactory = static _ => null })).Text);
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_said()
    {
        await AssertRefusedAsync(new() { SpeechLanguage = "Klingon" }, "Klingon");
        await AssertRefusedAsync(new() { TextLanguage = "de" }, "The text cannot be written in 'de'. Name English as TextLanguage");
        await AssertRefusedAsync(new() { SpeechLanguage = "de", TextLanguage = "Klingon" }, "The text cannot be written in 'Klingon'.");
        await AssertRefusedAsync(new() { ModelId = "whisper-1" }, "ModelId is whisper-1, and this client has ListeningWhisper alone.");
        await AssertRefusedAsync(new() { SpeechSampleRate = 44_100 }, "SpeechSampleRate is 44100 Hz, and the audio says that it has 16000 Hz.");
        await AssertRefusedAsync(new() { RawRepresentationFactory = static _ => "text" }, "RawRepresentationFactory made System.String; expected KernelGen.Audio.TranscriptionOptions.");
        await AssertRefusedAsync(new() { RawRepresentationFactory = static _ => new TranscriptionOptions { Threads = 0 } }, "Threads is 0");
        await AssertRefusedAsync(new() { AdditionalProperties = new() { [nameof(LiveTranscriptionOptions)] = true } }, "LiveTranscriptionOptions among the additional properties is System.Boolean;");
        Assert.NotEmpty((await AskAsync(new() { ModelId = nameof(ListeningWhisper), SpeechSampleRate = 16_000, AdditionalProperties = new() { ["another"] = 1 } })).Text);

        async Task AssertRefusedAsync(SpeechToTextOptions options, string message)
        {
            ArgumentException whole = await Assert.ThrowsAnyAsync<ArgumentException>(() => AskAsync(options));
            Assert.Contains(message, whole.Message, StringComparison.Ordinal);
            using FileStream audio = File.OpenRead(WhisperFolder.Speech);
            ArgumentException streamed = await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Client.GetStreamingTextAsync(audio, options, Cancellation).CountAsync(Cancellation));
            Assert.Equal(whole.Message, streamed.Message);
        }
    }

    [Fact]
    public void A_client_without_options_of_transcription_is_refused() => Assert.Throws<ArgumentNullException>(static () => new SpeechToTextClientOptions { Transcription = null! });

    private async Task<SpeechToTextResponse> AskAsync(SpeechToTextOptions options, ISpeechToTextClient? client = null)
    {
        using FileStream audio = File.OpenRead(WhisperFolder.Speech);
        return await (client ?? Client).GetTextAsync(audio, options, Cancellation);
    }
}

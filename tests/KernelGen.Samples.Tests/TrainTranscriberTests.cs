using System.Diagnostics;
using KernelGen.Audio;
using KernelGen.Samples.TrainTranscriber;
using KernelGen.Tests;
using KernelGen.Text;

namespace KernelGen.Samples.Tests;

/// <summary>The program that makes a small Whisper of synthetic speech, and the model that it has made for samples/Transcribe.</summary>
public sealed class TrainTranscriberTests : IDisposable
{
    private static readonly string Model = Path.Combine(AppContext.BaseDirectory, "commands-model");
    private static readonly string Commands = Path.Combine(AppContext.BaseDirectory, "commands");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Recordings of voices that nothing was learned from. The README has the share of many more.</summary>
    [Fact]
    public async Task The_model_hears_voices_that_it_never_heard()
    {
        (string File, string Said)[] recordings = [.. File.ReadLines(Path.Combine(Commands, "said.tsv")).Select(static line => line.Split('\t')).Select(static cells => (cells[0], cells[2]))];
        Assert.InRange(recordings.Length, 20, 40);
        string output = Path.Combine(_folder.FullName, "heard");
        ChildProgram program = await ChildProgram.Run(
            "Transcribe", "", ["--model", Model, "--output", output, .. recordings.Select(static recording => Path.Combine(Commands, recording.File))]);
        Assert.Equal((0, ""), (program.ExitCode, program.Output));
        string[] heard = [.. recordings.Select(recording => File.ReadAllText(Path.Combine(output, Path.ChangeExtension(recording.File, "txt"))).ReplaceLineEndings(" ").Trim())];
        AssertHears(heard, [.. recordings.Select(static recording => recording.Said)], most: 0.05);
    }

    /// <summary>Another version of the synthesizer may speak a little differently.</summary>
    [Fact]
    public void And_many_more_where_they_can_be_spoken()
    {
        RequireSynthesizer();
        var random = new Random(77);
        using var transcriber = SpeechToText.Open<CommandWhisper>(Model);
        var options = new TranscriptionOptions { Temperatures = [0] };
        var heard = new List<string>();
        var said = new List<string>();
        for (int i = 0; i < 60; i++)
        {
            Voice voice = Voice.ToTest[random.Next(Voice.ToTest.Count)];
            string text = Sentences.Next(random);
            var recording = new Recording(text, voice.ToString(), Synthesizer.Speak(text, voice, random.Next(140, 201), random.Next(30, 71)));
            said.Add(text);
            heard.Add(transcriber.Transcribe(Listening.Hear(recording, seed: i), options, TestContext.Current.CancellationToken).Text.Trim());
        }

        AssertHears([.. heard], [.. said], most: 0.1);
    }

    [Fact]
    public void Two_sentences_are_two_segments_with_their_times()
    {
        using var transcriber = SpeechToText.Open<CommandWhisper>(Model);
        string[][] lines = [.. File.ReadLines(Path.Combine(Commands, "said.tsv")).Select(static line => line.Split('\t'))];
        float[] first = AudioFile.Read(Path.Combine(Commands, lines[0][0])), second = AudioFile.Read(Path.Combine(Commands, lines[1][0]));
        Transcript transcript = transcriber.Transcribe(
            (float[])[.. first, .. new float[4 * LogMelSpectrogram.SampleRate], .. second], new TranscriptionOptions { Temperatures = [0] }, TestContext.Current.CancellationToken);
        Assert.Equal([lines[0][2], lines[1][2]], transcript.Segments.Select(static segment => segment.Text.Trim()));
        Assert.All(transcript.Segments, static segment => Assert.InRange(segment.End - segment.Start, TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(4)));
        Assert.True(transcript.Segments[1].Start >= TimeSpan.FromSeconds((first.Length / 16_000.0) + 3.5));
    }

    [Fact]
    public async Task A_folder_comes_out_that_is_opened_and_an_interrupted_run_goes_on()
    {
        RequireSynthesizer();
        string data = Path.Combine(_folder.FullName, "recordings"), output = Path.Combine(_folder.FullName, "run"), wav = Path.Combine(_folder.FullName, "wav");
        string[] arguments = ["--data", data, "--output", output, "--wav", wav, "--recordings", "30", "--steps", "2", "--threads", "1"];
        ChildProgram program = await ChildProgram.Run("TrainTranscriber", "", arguments);
        Assert.Equal(0, program.ExitCode);
        Assert.Matches($"voices that nothing was learned from: [0-9.]+ % of words wrong; the model is in {output}\n$", program.Output);
        Assert.Equal(
            ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "training.csv", "training.state", "training.svg"],
            Directory.GetFiles(output).Select(Path.GetFileName).Order());
        Assert.Equal(["000.wav", "001.wav", "002.wav", "said.tsv"], Directory.GetFiles(wav).Select(Path.GetFileName).Order());
        Assert.NotEmpty(AudioFile.Read(Path.Combine(wav, "002.wav")));
        SpeechToText.Open<CommandWhisper>(output).Dispose();

        ChildProgram more = await ChildProgram.Run("TrainTranscriber", "", arguments);
        Assert.Equal((0, program.Output), (more.ExitCode, more.Output));
        Assert.Equal($"The run goes on from {Path.Combine(output, "training.state")}, step 2.\n", more.Error);
    }

    [Theory]
    [InlineData("--steps is at least 1", "--steps", "0")]
    [InlineData("'x'", "--recordings", "x")]
    [InlineData("'more'", "more")]
    public async Task What_is_wrong_is_said_in_one_line(string complaint, params string[] arguments)
    {
        ChildProgram program = await ChildProgram.Run("TrainTranscriber", "", arguments);
        Assert.Equal((2, ""), (program.ExitCode, program.Output));
        Assert.StartsWith("TrainTranscriber: ", program.Error);
        Assert.Contains(complaint, program.Error);
        Assert.Equal(program.Error.Length - 1, program.Error.IndexOf('\n'));
    }

    [Fact]
    public void Each_word_is_one_token_and_the_tokenizer_finds_it()
    {
        var tokenizer = HuggingFaceTokenizer.Load(Path.Combine(Model, "tokenizer.json"), new HuggingFaceTokenizerOptions { AddSpecialTokens = false });
        Assert.InRange(Sentences.Words.Count, 60, 65);
        string text = string.Join(' ', Sentences.Words);
        Assert.Equal(Vocabulary.Encode(text), tokenizer.Encode(" " + text));
        Assert.Equal(" " + text, tokenizer.Decode(tokenizer.Encode(" " + text)));
        Assert.Equal(CommandWhisper.Description.TargetVocabularySize, Vocabulary.Size);
        Assert.Equal((CommandWhisper.Description.EndToken, CommandWhisper.Description.StartToken), (tokenizer.TokenOf("<|endoftext|>"), tokenizer.TokenOf("<|startoftranscript|>")));
        Assert.Equal(tokenizer.TokenOf("<|1.24|>"), Vocabulary.Timestamp(19_840));
    }

    [Fact]
    public void Nobody_who_is_learned_from_speaks_in_the_test() =>
        Assert.Empty(Voice.ToLearn.Select(static voice => voice.Speaker).Intersect(Voice.ToTest.Select(static voice => voice.Speaker)));

    private static void AssertHears(string[] heard, string[] said, double most)
    {
        double wrong = ErrorRate.OfWords(heard, said).Rate;
        TestContext.Current.TestOutputHelper!.WriteLine($"{100 * wrong:F2} % of the words of {said.Length} recordings are wrong");
        Assert.InRange(wrong, 0, most);
    }

    private static void RequireSynthesizer()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("espeak-ng", ["--version"]) { RedirectStandardOutput = true })!;
            process.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("espeak-ng is not installed.");
        }
    }
}

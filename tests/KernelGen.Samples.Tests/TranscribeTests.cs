using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using KernelGen.Samples.Transcribe.Models;
using KernelGen.Tests;

namespace KernelGen.Samples.Tests;

/// <summary>The sample that writes what is said: its options and forms with a model that says the same of every sound, what is wrong with folders and files, and one real model where there is one.</summary>
public sealed class TranscribeTests(ScriptedWhisperFolder model) : IClassFixture<ScriptedWhisperFolder>, IDisposable
{
    private const string RealModel = "KERNELGEN_WHISPER";
    private const string Said = "Hello world.\n";

    private static readonly string Speech = Path.Combine(AppContext.BaseDirectory, "jfk.wav");
    private static readonly string Flac = Path.Combine(AppContext.BaseDirectory, "mono-24.flac");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_file_and_standard_input_are_transcribed_a_line_for_each_segment()
    {
        Assert.Equal(new ChildProgram(0, Said, ""), await Transcribe(Speech));
        byte[] audio = await File.ReadAllBytesAsync(Speech, TestContext.Current.CancellationToken);
        Assert.Equal(new ChildProgram(0, Said, ""), await ChildProgram.Run("Transcribe", audio, "--model", model.Path));
        Assert.Equal(new ChildProgram(0, Said, ""), await ChildProgram.Run("Transcribe", audio, "--model", model.Path, "-"));
        Assert.Equal(new ChildProgram(0, Said, ""), await Transcribe("--keep-silence", Flac));
    }

    [Fact]
    public async Task Samples_are_transcribed_while_they_come()
    {
        byte[] samples = (await File.ReadAllBytesAsync(Speech, TestContext.Current.CancellationToken))[44..];
        ChildProgram program = await ChildProgram.Run("Transcribe", samples, "--model", model.Path, "--live");
        Assert.Equal((0, ""), (program.ExitCode, program.Error));
        Assert.Matches("^(Hello world.\n)+$", program.Output);

        // Half of the rate makes speech of twice the length; the last byte is half a sample.
        program = await ChildProgram.Run("Transcribe", samples[..100_001], "--model", model.Path, "--live", "--rate", "8000", "-");
        Assert.Equal((0, "Transcribe: standard input ends within a sample of 16 bits; the sound before it is transcribed\n"), (program.ExitCode, program.Error));
        Assert.Matches("^(Hello world.\n)+$", program.Output);
        Assert.Equal(new ChildProgram(0, "", ""), await ChildProgram.Run("Transcribe", new byte[64_000], "--model", model.Path, "--live"));
        Assert.Equal(new ChildProgram(0, "", ""), await ChildProgram.Run("Transcribe", [], "--model", model.Path, "--live"));
    }

    [Theory]
    [InlineData("RIFF....WAVE", "standard input is a WAV file")]
    [InlineData("fLaC", "standard input is a FLAC file")]
    [InlineData("ID3", "standard input is an MP3 file")]
    public async Task A_file_is_not_taken_for_samples(string content, string complaint)
    {
        ChildProgram program = await ChildProgram.Run("Transcribe", content, "--model", model.Path, "--live");
        Assert.Equal((1, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, complaint);
        Assert.Contains("arecord -t raw", program.Error);
    }

    [Fact]
    public async Task Every_window_of_a_long_sound_is_transcribed()
    {
        string path = Wav("long.wav", seconds: 65);
        ChildProgram program = await Transcribe("--keep-silence", "--tsv", path);
        Assert.Equal(new ChildProgram(0, "start\tend\ttext\n0\t2000\tHello world.\n30000\t32000\tHello world.\n60000\t62000\tHello world.\n", ""), program);
    }

    [Fact]
    public async Task Silence_is_skipped_unless_it_is_kept()
    {
        string path = Wav("silence.wav", seconds: 5);
        Assert.Equal(new ChildProgram(0, "", ""), await Transcribe(path));
        Assert.Equal(new ChildProgram(0, Said, ""), await Transcribe(path, "--keep-silence"));
    }

    [Theory]
    [InlineData("--srt", "1\n00:00:00,000 --> 00:00:02,000\nHello world.\n\n")]
    [InlineData("--vtt", "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nHello world.\n\n")]
    [InlineData("--tsv", "start\tend\ttext\n0\t2000\tHello world.\n")]
    public async Task Subtitles_and_tables_have_times(string form, string expected) =>
        Assert.Equal(new ChildProgram(0, expected, ""), await Transcribe(form, "--keep-silence", Speech));

    [Fact]
    public async Task Json_has_the_language_that_was_heard_and_the_times_of_words()
    {
        ChildProgram program = await Transcribe("--json", "--words", Speech);
        Assert.Equal((0, ""), (program.ExitCode, program.Error));
        using var json = JsonDocument.Parse(program.Output);
        Assert.Equal(("fr", " Hello world."), (json.RootElement.GetProperty("language").GetString(), json.RootElement.GetProperty("text").GetString()));
        JsonElement words = json.RootElement.GetProperty("segments")[0].GetProperty("words");
        Assert.Equal([" Hello", " world."], words.EnumerateArray().Select(static word => word.GetProperty("word").GetString()));

        program = await Transcribe("--json", "--language", "German", Speech);
        using var german = JsonDocument.Parse(program.Output);
        Assert.Equal("de", german.RootElement.GetProperty("language").GetString());
        Assert.False(german.RootElement.GetProperty("segments")[0].TryGetProperty("words", out _));
    }

    [Fact]
    public async Task Vtt_underlines_the_word_that_is_said()
    {
        ChildProgram program = await Transcribe("--vtt", "--words", Speech);
        Assert.Equal((0, ""), (program.ExitCode, program.Error));
        Assert.Contains("Hello <u>world.</u>", program.Output);
    }

    [Theory]
    [InlineData("English\n", "--translate")]
    [InlineData(Said, "--no-timestamps")]
    [InlineData(Said, "--beam", "3", "--threads", "2")]
    [InlineData(Said, "--prompt", "Names: Kennedy.")]
    [InlineData(Said, "--int8", "--language", "en")]
    [InlineData(Said, "--weights", "model.safetensors")]
    public async Task Options_reach_the_model(string expected, params string[] options) =>
        Assert.Equal(new ChildProgram(0, expected, ""), await Transcribe([.. options, Speech]));

    [Fact]
    public async Task Of_several_files_each_stands_under_its_name_and_one_that_is_damaged_does_not_stop_the_others()
    {
        string none = Path.Combine(_folder.FullName, "none.wav");
        ChildProgram program = await Transcribe(Speech, none, Speech);
        Assert.Equal((1, $"==> {Speech} <==\n{Said}\n==> {Speech} <==\n{Said}"), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, none);
    }

    [Fact]
    public async Task The_language_is_told_with_its_probability()
    {
        Assert.Equal(new ChildProgram(0, "fr\t1.0000\n", ""), await Transcribe("--detect-language", Speech));
        Assert.Equal(new ChildProgram(0, $"{Speech}\tfr\t1.0000\n{Flac}\tfr\t1.0000\n", ""), await Transcribe("--detect-language", Speech, Flac));
    }

    [Fact]
    public async Task Each_file_is_written_to_the_folder_in_each_form()
    {
        string output = Path.Combine(_folder.FullName, "made", "here");
        Assert.Equal(new ChildProgram(0, "", ""), await Transcribe("--output", output, "--keep-silence", "--srt", "--json", Speech, Flac));
        Assert.Equal(["jfk.json", "jfk.srt", "mono-24.json", "mono-24.srt"], Directory.GetFiles(output).Select(Path.GetFileName).Order());
        Assert.StartsWith("1\n00:00:00,000 --> 00:00:02,000\nHello world.\n", Read("jfk.srt"));
        Assert.Contains("\"language\":\"fr\"", Read("mono-24.json"));

        byte[] audio = await File.ReadAllBytesAsync(Speech, TestContext.Current.CancellationToken);
        Assert.Equal(new ChildProgram(0, "", ""), await ChildProgram.Run("Transcribe", audio, "--model", model.Path, "--output", output));
        Assert.Equal(Said, Read("stdin.txt"));

        string Read(string name) => File.ReadAllText(Path.Combine(output, name));
    }

    [Fact]
    public async Task The_audio_is_not_written_over()
    {
        string audio = Path.Combine(_folder.FullName, "talk.txt");
        File.Copy(Speech, audio);
        ChildProgram program = await Transcribe("--output", _folder.FullName, audio);
        Assert.Equal((1, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, "it is the audio");
        Assert.Equal(new FileInfo(Speech).Length, new FileInfo(audio).Length);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("RIFF", "")]
    [InlineData("this is a text and no audio at all", "")]
    [InlineData("ID3\u0003\0\0\0\0\0\0\u00FF\u00FB\u0090\0", "MP3")]
    public async Task What_is_no_audio_is_refused_from_a_file_and_from_standard_input(string content, string complaint)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(content);
        string path = Path.Combine(_folder.FullName, "audio.wav");
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        ChildProgram fromFile = await Transcribe(path);
        Assert.Equal((1, ""), (fromFile.ExitCode, fromFile.Output));
        AssertOneLine(fromFile.Error, path);
        Assert.Contains(complaint, fromFile.Error);
        ChildProgram fromInput = await ChildProgram.Run("Transcribe", bytes, "--model", model.Path);
        Assert.Equal((1, ""), (fromInput.ExitCode, fromInput.Output));
        Assert.StartsWith("Transcribe: Standard input ", fromInput.Error);
        Assert.DoesNotContain(Path.GetTempPath(), fromInput.Error);
    }

    [Fact]
    public async Task Damage_within_a_file_is_named()
    {
        byte[] flac = await File.ReadAllBytesAsync(Flac, TestContext.Current.CancellationToken);
        flac.AsSpan(flac.Length / 2, 64).Fill(0x55);
        string path = Path.Combine(_folder.FullName, "damaged.flac");
        await File.WriteAllBytesAsync(path, flac, TestContext.Current.CancellationToken);
        ChildProgram program = await Transcribe("--keep-silence", path);
        Assert.Equal((1, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, path);
    }

    [Fact]
    public async Task A_file_that_ends_early_is_transcribed_with_a_warning()
    {
        string path = Path.Combine(_folder.FullName, "half.wav");
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(Speech, TestContext.Current.CancellationToken))[..60_000], TestContext.Current.CancellationToken);
        ChildProgram program = await Transcribe(path);
        Assert.Equal(new ChildProgram(0, Said, $"Transcribe: {path} ends before what it announces; what is there is transcribed\n"), program);
    }

    [Fact]
    public async Task Audio_without_a_sample_has_no_text_and_no_language()
    {
        string path = Wav("empty.wav", seconds: 0);
        Assert.Equal(new ChildProgram(0, "", ""), await Transcribe(path));
        ChildProgram program = await Transcribe("--detect-language", path);
        Assert.Equal((1, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, "has no sound that tells a language");
    }

    [Fact]
    public async Task A_folder_of_other_dimensions_is_refused_with_how_to_declare_it()
    {
        ScriptedWhisper.WriteConfiguration(_folder.FullName, (WhisperDimensions)DeclaredModel.All[0].Dimensions with { ModelDimension = 768, EncoderLayers = 12, DecoderLayers = 12 });
        ChildProgram program = await ChildProgram.Run("Transcribe", "", "--model", _folder.FullName, Speech);
        Assert.Equal((1, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, "d_model 768");
        Assert.Contains("[SpeechToTextModel(\"config.json\")]", program.Error);
        Assert.Contains("tiny, tiny.en, base, base.en, moonshine-tiny, moonshine-base, commands.en", program.Error);
    }

    [Theory]
    [InlineData("--translate")]
    [InlineData("--detect-language")]
    [InlineData("--language", "fr")]
    public async Task A_model_for_English_alone_says_what_it_cannot_do(params string[] options)
    {
        ScriptedWhisper.WriteConfiguration(_folder.FullName, (WhisperDimensions)DeclaredModel.All[1].Dimensions);
        ChildProgram program = await ChildProgram.Run("Transcribe", "", ["--model", _folder.FullName, .. options, Speech]);
        Assert.Equal((1, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, $"{string.Join(' ', options)}: tiny.en hears English alone");
    }

    [Theory]
    [InlineData(null, "has no config.json")]
    [InlineData("{", "is no valid JSON")]
    [InlineData("[]", "is no JSON object")]
    [InlineData("{}", "model_type is not there")]
    [InlineData("""{"model_type": "marian"}""", "'marian'")]
    [InlineData("""{"model_type": "whisper"}""", "d_model is not there")]
    [InlineData("""{"model_type": "moonshine"}""", "hidden_size is not there")]
    [InlineData("""{"model_type": "whisper", "d_model": "many"}""", "d_model is no whole number")]
    public async Task A_folder_without_a_Whisper_is_refused(string? configuration, string complaint)
    {
        if (configuration is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "config.json"), configuration, TestContext.Current.CancellationToken);
        }

        ChildProgram program = await ChildProgram.Run("Transcribe", "", "--model", _folder.FullName, Speech);
        Assert.Equal((1, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, complaint);
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("model.safetensors")]
    public async Task A_file_that_the_folder_lacks_is_named(string missing)
    {
        foreach (string name in (string[])["config.json", "generation_config.json", "tokenizer.json"])
        {
            if (name != missing)
            {
                File.Copy(Path.Combine(model.Path, name), Path.Combine(_folder.FullName, name));
            }
        }

        ChildProgram program = await ChildProgram.Run("Transcribe", "", "--model", _folder.FullName, Speech);
        Assert.Equal((1, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, missing);
    }

    [Theory]
    [InlineData(2, "--model is missing")]
    [InlineData(2, "--model", "--model")]
    [InlineData(2, "--model has an empty value", "--model", "", "a.wav")]
    [InlineData(2, "'--bogus'", "--model", "m", "--bogus")]
    [InlineData(2, "--srt takes no value", "--model", "m", "--srt=yes")]
    [InlineData(2, "--beam cannot be '0'", "--model", "m", "--beam", "0")]
    [InlineData(2, "--beam cannot be '33'", "--model", "m", "--beam", "33")]
    [InlineData(2, "--threads cannot be 'x'", "--model", "m", "--threads", "x")]
    [InlineData(2, "--threads cannot be '65'", "--model", "m", "--threads", "65")]
    [InlineData(2, "--language cannot be 'klingon'", "--model", "m", "--language", "klingon")]
    [InlineData(2, "the name of a file is empty", "--model", "m", "")]
    [InlineData(2, "standard input can be read once", "--model", "m", "-", "-")]
    [InlineData(2, "give --output, a folder, for several", "--model", "m", "--srt", "--vtt", "a.wav")]
    [InlineData(2, "give --output, a folder, for one file each", "--model", "m", "--srt", "a.wav", "b.wav")]
    [InlineData(2, "a.wav and x/a.flac would be written to the same file, a.srt", "--model", "m", "--srt", "--output", "o", "a.wav", "x/a.flac")]
    [InlineData(2, "--words is shown by --json and --vtt", "--model", "m", "--words", "a.wav")]
    [InlineData(2, "it does not go with --translate", "--model", "m", "--detect-language", "--translate", "a.wav")]
    [InlineData(2, "it does not go with files", "--model", "m", "--live", "a.wav")]
    [InlineData(2, "it does not go with --output", "--model", "m", "--live", "--output", "o")]
    [InlineData(2, "it does not go with --srt, --vtt, --tsv and --json", "--model", "m", "--live", "--srt")]
    [InlineData(2, "it does not go with --detect-language", "--model", "m", "--live", "--detect-language")]
    [InlineData(2, "--live takes no value", "--model", "m", "--live=yes")]
    [InlineData(2, "--rate cannot be '999'", "--model", "m", "--live", "--rate", "999")]
    [InlineData(2, "--rate is that of raw samples", "--model", "m", "--rate", "8000", "a.wav")]
    [InlineData(1, "there is no folder TEMP/none", "--model", "TEMP/none", "a.wav")]
    [InlineData(1, "is a file; expected a folder", "--model", "SPEECH", "a.wav")]
    [InlineData(1, "TEMP", "--model", "MODEL", "TEMP")]
    [InlineData(1, "none.wav", "--model", "MODEL", "TEMP/none.wav")]
    [InlineData(1, "there is no folder a\uFFFDb c;", "--model", "a\u001Bb\nc", "a.wav")]
    [InlineData(1, "is a character device", "--model", "MODEL", "/dev/zero")]
    [InlineData(1, "--prompt contains <|endoftext|>", "--model", "MODEL", "--prompt", "a<|endoftext|>b", "SPEECH")]
    [InlineData(1, "SPEECH", "--model", "MODEL", "--output", "SPEECH", "SPEECH")]
    public async Task What_is_wrong_is_said_in_one_line(int exitCode, string complaint, params string[] arguments)
    {
        ChildProgram program = await ChildProgram.Run("Transcribe", "", [.. arguments.Select(Named)]);
        Assert.Equal((exitCode, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, Named(complaint));
        Assert.Empty(_folder.EnumerateFileSystemInfos());

        string Named(string text) => text.Replace("TEMP", _folder.FullName).Replace("SPEECH", Speech).Replace("MODEL", model.Path);
    }

    [Fact]
    public async Task Help_names_the_options()
    {
        ChildProgram program = await ChildProgram.Run("Transcribe", "", "--help");
        Assert.Equal((0, ""), (program.ExitCode, program.Error));
        Assert.Contains("--detect-language", program.Output);
    }

    /// <summary>The dimensions of the published models, as their <c>config.json</c> has them.</summary>
    [Theory]
    [InlineData("tiny", 384, 6, 4, 51865)]
    [InlineData("tiny.en", 384, 6, 4, 51864)]
    [InlineData("base", 512, 8, 6, 51865)]
    [InlineData("base.en", 512, 8, 6, 51864)]
    public void A_folder_is_known_by_its_dimensions(string name, int dimension, int heads, int layers, int vocabulary)
    {
        ScriptedWhisper.WriteConfiguration(_folder.FullName, new WhisperDimensions
        {
            ModelDimension = dimension,
            EncoderHeads = heads,
            DecoderHeads = heads,
            EncoderFeedForwardDimension = 4 * dimension,
            DecoderFeedForwardDimension = 4 * dimension,
            EncoderLayers = layers,
            DecoderLayers = layers,
            VocabularySize = vocabulary,
            MelBins = 80,
            MaxSourceLength = 1500,
            MaxTargetLength = 448,
        });
        Assert.Equal(name, ModelFolder.Find(_folder.FullName).Name);
    }

    [Theory]
    [InlineData("moonshine-tiny", 288, 6)]
    [InlineData("moonshine-base", 416, 8)]
    public async Task A_moonshine_is_known_by_its_dimensions_and_says_what_it_cannot_do(string name, int dimension, int layers)
    {
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "config.json"),
            $$"""
            { "model_type": "moonshine", "hidden_size": {{dimension}}, "intermediate_size": {{4 * dimension}}, "encoder_num_attention_heads": 8, "decoder_num_attention_heads": 8,
              "encoder_num_hidden_layers": {{layers}}, "decoder_num_hidden_layers": {{layers}}, "vocab_size": 32768 }
            """,
            TestContext.Current.CancellationToken);
        Assert.Equal(name, ModelFolder.Find(_folder.FullName).Name);
        ChildProgram program = await ChildProgram.Run("Transcribe", "", "--model", _folder.FullName, "--language", "en", Speech);
        Assert.Equal((1, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, $"--language en: {name} hears the one language that it was trained for");
    }

    /// <summary>Published weights are no part of the repository: the environment variable names a folder that has them.</summary>
    [Fact]
    public async Task A_real_model_writes_what_Kennedy_said()
    {
        string? folder = Environment.GetEnvironmentVariable(RealModel);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{RealModel} names no folder with a published Whisper tiny or base.");
        ChildProgram program = await ChildProgram.Run("Transcribe", "", "--model", folder!, Speech);
        Assert.Equal((0, ""), (program.ExitCode, program.Error));
        Assert.Contains("ask not what your country can do for you", program.Output.ReplaceLineEndings(" ").ToLowerInvariant());
    }

    private Task<ChildProgram> Transcribe(params string[] arguments) => ChildProgram.Run("Transcribe", "", ["--model", model.Path, .. arguments]);

    /// <summary>A WAV file of silence.</summary>
    private string Wav(string name, int seconds)
    {
        const int Rate = 16_000;
        byte[] file = new byte[44 + (seconds * Rate * sizeof(short))];
        "RIFF\0\0\0\0WAVEfmt "u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), Rate);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), Rate * sizeof(short));
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), sizeof(short));
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), 16);
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), file.Length - 44);
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, file);
        return path;
    }

    private static void AssertOneLine(string error, string complaint)
    {
        Assert.StartsWith("Transcribe: ", error);
        Assert.Contains(complaint, error);
        Assert.Equal(error.Length - 1, error.IndexOf('\n'));
        Assert.DoesNotContain("(Parameter", error);
    }
}

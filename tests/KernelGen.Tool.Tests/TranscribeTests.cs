using System.Text.Json;

namespace KernelGen.Tool.Tests;

/// <summary>Speech through the model of a folder: the small Whisper of samples/Transcribe, which knows some commands.</summary>
public sealed class TranscribeTests(ModelFolders models) : IDisposable
{
    private const string Said = "close the gate\n";

    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "Commands");
    private static readonly string Audio = Path.Combine(Data, "012.flac"), Other = Path.Combine(Data, "013.flac");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_written_as_text_subtitles_tables_and_json()
    {
        Assert.Equal(new ToolRun(0, Said, ""), Run(Audio));
        Assert.StartsWith("1\n00:00:00,", Run(Audio, "--srt").Output, StringComparison.Ordinal);
        Assert.StartsWith("WEBVTT\n\n", Run(Audio, "--vtt", "--words").Output, StringComparison.Ordinal);
        Assert.StartsWith("start\tend\ttext\n", Run(Audio, "--tsv").Output, StringComparison.Ordinal);
        JsonElement json = Run(Audio, "--json", "--words", "--language", "en", "--beam", "2").Json;
        Assert.Equal(3, json.GetProperty("segments")[0].GetProperty("words").GetArrayLength());
        Assert.Equal("en", json.GetProperty("language").GetString());
    }

    [Fact]
    public void Several_files_have_their_names_above_them_and_one_that_cannot_be_read_stops_no_other()
    {
        string broken = _folder.Write("broken.wav", "RIFF");
        ToolRun run = Run(Audio, broken, Audio);
        Assert.Equal((1, $"==> {Audio} <==\n{Said}\n==> {Audio} <==\n{Said}"), (run.ExitCode, run.Output));
        Assert.StartsWith("kernelgen: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("broken.wav", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_there_is_not_made_again()
    {
        string folder = _folder.File("out");
        Assert.Equal(new ToolRun(0, "", ""), Run(Audio, "--output", folder, "--srt", "--vtt"));
        Assert.Equal(["012.srt", "012.vtt"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        File.WriteAllText(Path.Combine(folder, "012.srt"), "mine");
        Assert.Equal(new ToolRun(0, "", ""), Run(Audio, Other, "--output", folder, "--srt", "--resume"));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(folder, "012.srt")));
        Assert.StartsWith("1\n", File.ReadAllText(Path.Combine(folder, "013.srt")), StringComparison.Ordinal);
        Assert.Equal(0, Run(Audio, "--output", folder, "--srt").ExitCode);
        Assert.NotEqual("mine", File.ReadAllText(Path.Combine(folder, "012.srt")));
        Assert.Equal(3, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public async Task Standard_input_may_be_the_file()
    {
        ToolProcess process = ToolProcess.Start("transcribe", Data, "--cache", models.Cache);
        await process.WriteAsync(await File.ReadAllBytesAsync(Audio, TestContext.Current.CancellationToken));
        Assert.Equal(new ToolRun(0, Said, ""), await process.EndAsync());
    }

    [Fact]
    public void Wrong_usage_is_refused()
    {
        Run(Audio, "--words").AssertRefused("--words is shown by --json and --vtt");
        Run(Audio, "--srt", "--vtt").AssertRefused("standard output takes one form; give --output, a folder, for several.");
        Run(Audio, "--language", "Klingon").AssertRefused("--language cannot be 'Klingon'");
        Run(Audio, "--language", "de").AssertRefused("--language");
        Run(Audio, "--translate").AssertRefused("--translate");
        Run(Audio, "--resume").AssertRefused("--resume goes with --output");
        Run(Audio, "--sttr").AssertRefused("there is no option '--sttr'");
        ToolRun missing = Run(_folder.File("none.wav"));
        Assert.Equal((1, ""), (missing.ExitCode, missing.Output));
        ToolRun.Of("transcribe", models.Marian, Audio, "--cache", models.Cache).AssertRefused("reads text: 'kernelgen translate' runs it.");
        ToolRun.Of("translate", Data, "--cache", models.Cache).AssertRefused("hears: 'kernelgen transcribe' runs it.");
    }

    private ToolRun Run(params string[] arguments) => ToolRun.Of(["transcribe", Data, "--cache", models.Cache, .. arguments]);
}

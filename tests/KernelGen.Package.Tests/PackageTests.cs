using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using Xunit;

namespace KernelGen.Package.Tests;

/// <summary>The packed files, used as a stranger would: by projects of their own that know nothing but the packages.</summary>
[Collection(nameof(PackageFeed))]
public sealed class PackageTests(PackageFeed feed)
{
    [Theory]
    [InlineData("KernelGen", "lib/net10.0/KernelGen.dll", "lib/net10.0/KernelGen.xml", "analyzers/dotnet/cs/KernelGen.Generator.dll", "analyzers/dotnet/cs/KernelGen.Generator.CodeFixes.dll", "build/KernelGen.props", "build/KernelGen.targets", "buildTransitive/KernelGen.props", "buildTransitive/KernelGen.targets")]
    [InlineData("KernelGen.Text", "lib/net10.0/KernelGen.Text.dll", "lib/net10.0/KernelGen.Text.xml")]
    [InlineData("KernelGen.Audio", "lib/net10.0/KernelGen.Audio.dll", "lib/net10.0/KernelGen.Audio.xml")]
    [InlineData("KernelGen.Extensions.Hosting", "lib/net10.0/KernelGen.Extensions.Hosting.dll", "lib/net10.0/KernelGen.Extensions.Hosting.xml")]
    [InlineData("KernelGen.Extensions.AI", "lib/net10.0/KernelGen.Extensions.AI.dll", "lib/net10.0/KernelGen.Extensions.AI.xml")]
    [InlineData("KernelGen.Extensions.AspNetCore", "lib/net10.0/KernelGen.Extensions.AspNetCore.dll", "lib/net10.0/KernelGen.Extensions.AspNetCore.xml")]
    [InlineData("KernelGen.Tool", "tools/net10.0/any/KernelGen.Tool.dll", "tools/net10.0/any/KernelGen.Generator.dll", "tools/net10.0/any/Microsoft.CodeAnalysis.CSharp.dll")]
    public void Each_package_is_complete(string id, params string[] files)
    {
        using ZipArchive archive = ZipFile.OpenRead(feed.Package(id));
        string[] names = [.. archive.Entries.Select(static entry => entry.FullName)];
        Assert.All([.. files, "README.md", "icon.png"], file => Assert.Contains(file, names));
        using ZipArchive symbols = ZipFile.OpenRead(feed.Package(id, "snupkg"));
        Assert.Contains(symbols.Entries, entry => entry.Name == id + ".pdb");

        using var specification = new StreamReader(archive.Entries.Single(static entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open());
        string text = specification.ReadToEnd();
        Assert.Contains("<icon>icon.png</icon>", text, StringComparison.Ordinal);
        Assert.Contains("<readme>README.md</readme>", text, StringComparison.Ordinal);
        Assert.Contains("<repository type=\"git\"", text, StringComparison.Ordinal);
        Assert.Matches(@"<releaseNotes>[^<]*\[EncoderDecoderModel\]", text);
        // Where a package is shown, nothing of the repository lies beside its README.
        using var readme = new StreamReader(archive.GetEntry("README.md")!.Open());
        Assert.DoesNotMatch(@"\]\((?!https://|#)", readme.ReadToEnd());

        using JsonDocument materials = JsonDocument.Parse(archive.GetEntry("sbom/bom.json")!.Open());
        JsonElement described = materials.RootElement.GetProperty("metadata").GetProperty("component");
        Assert.Equal($"pkg:nuget/{id}@{PackageFeed.Version}", described.GetProperty("purl").GetString());
        Assert.DoesNotContain("/u00", materials.RootElement.ToString(), StringComparison.Ordinal);
        Assert.Equal((id, PackageFeed.Version), (described.GetProperty("name").GetString(), described.GetProperty("version").GetString()));
        Assert.Equal(id is "KernelGen.Extensions.Hosting", materials.RootElement.ToString().Contains("pkg:nuget/Microsoft.Extensions.Hosting.Abstractions@", StringComparison.Ordinal));
        Assert.Equal(id is "KernelGen" or "KernelGen.Tool", !text.Contains("<dependency ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_program_generates_with_weights_from_a_file_and_from_itself()
    {
        string weights = Path.Combine(PackageFeed.Golden, "model.safetensors");
        string consumer = feed.Build("Consumer", $"Weights={weights}");
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(PackageFeed.Golden, "case.json")));
        int end = expected.RootElement.GetProperty("settings").GetProperty("end_id").GetInt32();
        for (int i = 0; i < expected.RootElement.GetProperty("sources").GetArrayLength(); i++)
        {
            string source = string.Join(',', expected.RootElement.GetProperty("sources")[i].EnumerateArray());
            int[] tokens = [.. expected.RootElement.GetProperty("greedy")[i].GetProperty("tokens").EnumerateArray().Select(static token => token.GetInt32())];
            string[] lines = ["tiny: EncoderDecoder", "tokens: " + string.Join(',', tokens[^1] == end ? tokens[..^1] : tokens), "softmax: 0.5 0.5"];
            Assert.Equal(lines, Lines(PackageFeed.Dotnet(feed.Folder, consumer, weights, source))[1..]);
            Assert.Equal(lines, Lines(PackageFeed.Dotnet(feed.Folder, consumer, "embedded", source))[1..]);
        }
    }

    [Fact]
    public void A_program_hears_audio()
    {
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(SpeechModel, "case.json")));
        int[] tokens = [.. expected.RootElement.GetProperty("greedy")[0].GetProperty("tokens").EnumerateArray().Select(static token => token.GetInt32())];
        string output = PackageFeed.Dotnet(feed.Folder, [feed.Build("AudioConsumer"), .. SpeechArguments]);
        Assert.Equal([string.Join(',', tokens[3..^1])], Lines(output)[1..]);
    }

    [Fact]
    public void A_program_registers_its_model()
    {
        string output = PackageFeed.Dotnet(feed.Folder, feed.Build("HostingConsumer"), Path.Combine(PackageFeed.Golden, "model.safetensors"));
        Assert.Equal("64", Lines(output)[1]);
    }

    /// <summary>
    /// Each package is the only one that its program references, and still brings the generator, what generated code needs of the project, and the instruction
    /// set: without that, the native program has the portable kernels alone.
    /// </summary>
    [Theory]
    [InlineData("Consumer")]
    [InlineData("TextConsumer")]
    [InlineData("AudioConsumer")]
    [InlineData("HostingConsumer")]
    public void A_native_program_has_the_kernels_that_it_asks_for(string program)
    {
        string native = feed.Publish(program, "KernelGenInstructionSet=" + (Avx2.IsSupported ? "avx2" : "portable"));
        string weights = Path.Combine(PackageFeed.Golden, "model.safetensors");
        string[] arguments = program is "TextConsumer" ? [TranslationModel] : program is "AudioConsumer" ? SpeechArguments : program is "Consumer" ? [weights, "5,6,7"] : [weights];

        (int exitCode, string output) = PackageFeed.Run(native, feed.Folder, arguments);
        Assert.True(exitCode == 0, output);
        Assert.Equal("kernels: " + (Avx2.IsSupported ? "Avx2" : "Portable"), Lines(output)[0]);
        if (program is "TextConsumer")
        {
            Assert.Equal(["狗追猫。", "The dog chases the cat."], Lines(output)[1..]);
        }
    }

    [Fact]
    public void The_tool_installs_and_runs()
    {
        string tools = Path.Combine(feed.Folder, "tools");
        PackageFeed.Dotnet(feed.Folder, "tool", "install", "KernelGen.Tool", "--tool-path", tools, "--version", PackageFeed.Version, "--add-source", feed.Folder);
        string kernelgen = Path.Combine(tools, OperatingSystem.IsWindows() ? "kernelgen.exe" : "kernelgen");
        string weights = Path.Combine(PackageFeed.Golden, "model.safetensors");

        (int exitCode, string output) = PackageFeed.Run(kernelgen, feed.Folder, "inspect", weights);
        Assert.Equal(0, exitCode);
        Assert.Contains("ModelDimension = 128, Heads = 2, FeedForwardDimension = 256", output, StringComparison.Ordinal);
        Assert.Equal(0, PackageFeed.Run(kernelgen, feed.Folder, "check", weights).ExitCode);
        Assert.Equal(1, PackageFeed.Run(kernelgen, feed.Folder, "check", weights, "--set", "VocabularySize=101").ExitCode);
        Assert.Equal(2, PackageFeed.Run(kernelgen, feed.Folder, "check", "none.safetensors").ExitCode);
        Assert.Equal((2, "kernelgen: There is no folder 'none'. Give the folder of a model as it is downloaded from Hugging Face.\n"), PackageFeed.Run(kernelgen, feed.Folder, "serve", "none"));
    }

    [Fact]
    public void The_instruction_set_of_a_native_program_is_chosen_by_name()
    {
        string folder = feed.Restore("Consumer");
        string Chosen(params string[] properties) =>
            PackageFeed.Dotnet(folder, ["msbuild", "-getProperty:IlcInstructionSet", .. properties.Select(static property => "-p:" + property)]).Trim();

        Assert.Equal("", Chosen());
        Assert.Equal("x86-64-v3", Chosen("KernelGenInstructionSet=avx2"));
        Assert.Equal("x86-64-v3,avxvnni", Chosen("KernelGenInstructionSet=avxvnni"));
        Assert.Equal("x86-64-v4", Chosen("KernelGenInstructionSet=avx512"));
        Assert.Equal("native", Chosen("KernelGenInstructionSet=native"));
        Assert.Equal("", Chosen("KernelGenInstructionSet=portable"));
        Assert.Equal("x86-64-v3", Chosen("KernelGenInstructionSet=native", "IlcInstructionSet=x86-64-v3"));
    }

    [Theory]
    [InlineData("Consumer")]
    [InlineData("TextConsumer")]
    [InlineData("HostingConsumer")]
    public void What_a_native_program_misses_is_told(string program)
    {
        string folder = feed.Restore(program);
        (int ExitCode, string Output) Prepare(params string[] properties) =>
            PackageFeed.Run("dotnet", folder, ["msbuild", "-t:BeforeBuild", "-nologo", .. properties.Select(static property => "-p:" + property)]);

        Assert.Contains("warning KG1001:", Prepare("PublishAot=true").Output, StringComparison.Ordinal);
        Assert.Equal((0, ""), Quiet(Prepare()));
        Assert.Equal((0, ""), Quiet(Prepare("PublishAot=true", "IlcInstructionSet=native")));
        Assert.Equal((0, ""), Quiet(Prepare("PublishAot=true", "KernelGenInstructionSet=portable")));
        AssertRefused("KG1002", Prepare("KernelGenInstructionSet=sse"));
        AssertRefused("KG1002", Prepare("PublishAot=true", "RuntimeIdentifier=linux-arm64", "KernelGenInstructionSet=avx2"));
        string foreign = RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "linux-x64" : "linux-arm64";
        AssertRefused("KG1002", Prepare("PublishAot=true", $"RuntimeIdentifier={foreign}", "KernelGenInstructionSet=native"));
        AssertRefused("KG1002", Prepare("PublishAot=true", $"RuntimeIdentifier={foreign}", "IlcInstructionSet=native"));
        Assert.Equal((0, ""), Quiet(Prepare("PublishAot=true", $"RuntimeIdentifier={RuntimeInformation.RuntimeIdentifier}", "KernelGenInstructionSet=native")));
        AssertRefused("KG1003", Prepare("Weights=none.safetensors"));
    }

    private static string TranslationModel { get; } = Path.Combine(PackageFeed.Repository, "tests", "Shared", "zh-en");

    private static string SpeechModel { get; } = Path.Combine(PackageFeed.Repository, "tests", "KernelGen.Audio.Tests", "Data", "whisper");

    private static string[] SpeechArguments { get; } = [Path.Combine(SpeechModel, "model.safetensors"), Path.Combine(SpeechModel, "..", "mel.0.wav")];

    private static (int ExitCode, string Output) Quiet((int ExitCode, string Output) run) => (run.ExitCode, run.Output.Contains("KG1", StringComparison.Ordinal) ? run.Output : "");

    private static void AssertRefused(string code, (int ExitCode, string Output) run)
    {
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains($"error {code}:", run.Output, StringComparison.Ordinal);
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

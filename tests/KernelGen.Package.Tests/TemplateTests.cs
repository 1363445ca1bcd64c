using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace KernelGen.Package.Tests;

/// <summary>The templates, installed from their package into a place of their own: what they give is built with the packed packages, and runs.</summary>
[Collection(nameof(PackageFeed))]
public sealed partial class TemplateTests(PackageFeed feed)
{
    private const string Source = "狗追猫。";
    private const string Target = "The dog chases the cat.";

    private string Root => Path.Combine(feed.Folder, "templates");

    [Fact]
    public async Task What_the_templates_give_runs_at_once()
    {
        Directory.CreateDirectory(Root);
        New("install", feed.Package("KernelGen.Templates"));
        Create("kernelgen-console", "Translator");
        Create("kernelgen-web", "Service");
        Create("kernelgen-console", "German", "--folder", "../opus-mt-en-de");
        Create("kernelgen-web", "GermanService", "--folder", "../opus-mt-en-de");

        // The build says what is missing; with the configuration alone, the program does.
        foreach (string german in new[] { "German", "GermanService" })
        {
            Assert.False(Directory.Exists(Path.Combine(Root, german, "model")));
            (int exitCode, string output) = PackageFeed.Run("dotnet", Path.Combine(Root, german), "msbuild", "-t:FindModel", "-nologo");
            Assert.NotEqual(0, exitCode);
            Assert.Contains("There is no config.json in the folder '../opus-mt-en-de'.", output, StringComparison.Ordinal);
        }

        Directory.CreateDirectory(Path.Combine(Root, "opus-mt-en-de"));
        File.Copy(Path.Combine(PackageFeed.Repository, "tests", "KernelGen.Text.Tests", "Data", "m2m100", "config.json"), Path.Combine(Root, "opus-mt-en-de", "config.json"));

        // All in one build, which is quicker.
        string[] projects = ["Translator", "Service", "German", "GermanService"];
        File.WriteAllText(Path.Combine(Root, "All.slnx"), $"<Solution>{string.Concat(projects.Select(static name => $"<Project Path=\"{name}/{name}.csproj\" />"))}</Solution>");
        feed.BuildIn(Root, "All.slnx", "EmitCompilerGeneratedFiles=true");
        Assert.Contains("who wrote", File.ReadAllText(Path.Combine(Root, "Translator", "model", "README.md")), StringComparison.Ordinal);

        // Where the page about generated code says that it is.
        string generated = Path.Combine(Root, "Translator", "obj", "Release", "net10.0", "generated", "KernelGen.Generator", "KernelGen.Generator.ModelGenerator", "Translator.Model.g.cs");
        Assert.Contains("// Translator: an encoder-decoder Transformer", File.ReadAllText(generated), StringComparison.Ordinal);

        // From another folder than the project's.
        Assert.Equal(Target, PackageFeed.Dotnet(feed.Folder, Program("Translator"), Source).Trim());
        await AssertAnswersAsync(Program("Service"));
        AssertRefuses("German", "/opus-mt-en-de' has no tokenizer that is known.");
        AssertRefuses("GermanService", "/opus-mt-en-de' has no tokenizer that is known.");
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(Program("Translator"))!, "model", "model.safetensors"), "damaged");
        AssertRefuses("Translator", "model.safetensors");
    }

    [Fact]
    public void The_package_is_complete()
    {
        using ZipArchive archive = ZipFile.OpenRead(feed.Package("KernelGen.Templates"));
        string[] names = [.. archive.Entries.Select(static entry => entry.FullName)];
        Assert.All(["README.md", "icon.png", "sbom/bom.json"], file => Assert.Contains(file, names));
        Assert.DoesNotContain(names, static name => name.EndsWith(".dll", StringComparison.Ordinal) || name.Contains("/obj/", StringComparison.Ordinal));
        foreach (string template in new[] { "kernelgen-console", "kernelgen-web" })
        {
            Assert.All(
                [".template.config/template.json", "Program.cs", "Translator.cs", "model/model.safetensors", "model/contributors.txt"],
                file => Assert.Contains($"content/{template}/{file}", names));
        }

        using var readme = new StreamReader(archive.GetEntry("README.md")!.Open());
        Assert.DoesNotMatch(@"\]\((?!https://|#)", readme.ReadToEnd());
        using var specification = new StreamReader(archive.Entries.Single(static entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open());
        Assert.Contains("<packageType name=\"Template\"", specification.ReadToEnd(), StringComparison.Ordinal);
    }

    private static async Task AssertAnswersAsync(string program)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("dotnet", [program, "--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true };
        using Process service = Process.Start(start)!;
        try
        {
            Match? listening = null;
            while (listening is not { Success: true } && await service.StandardOutput.ReadLineAsync(cancellation) is string line)
            {
                listening = Listening().Match(line);
            }

            Assert.True(listening is { Success: true }, "The service ended before it listened.");
            _ = service.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            using var client = new HttpClient { BaseAddress = new Uri(listening!.Groups[1].Value), Timeout = TimeSpan.FromSeconds(30) };

            using HttpResponseMessage answer = await client.PostAsJsonAsync("/translate", new { text = Source }, cancellation);
            using JsonDocument translation = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation));
            Assert.Equal(Target, translation.RootElement.GetProperty("text").GetString());
            Assert.Equal("Healthy", await client.GetStringAsync("/health", cancellation));
            foreach (string wrong in new[] { "{\"text\": null}", "{}", "{\"text\": 5}", "{\"text\"", "null" })
            {
                using HttpResponseMessage refused = await client.PostAsync("/translate", new StringContent(wrong, System.Text.Encoding.UTF8, "application/json"), cancellation);
                Assert.True(refused.StatusCode == HttpStatusCode.BadRequest, $"{wrong}: {refused.StatusCode}");
                Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
            }
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>What is wrong with a folder is a message, never a stack trace.</summary>
    private void AssertRefuses(string name, string message)
    {
        (int exitCode, string output) = PackageFeed.Run("dotnet", feed.Folder, Program(name), Source);
        Assert.Equal(1, exitCode);
        Assert.Contains(message, output.Replace('\\', '/'), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private string Program(string name) => Path.Combine(Root, name, "bin", "Release", "net10.0", name + ".dll");

    private void Create(string template, string name, params string[] options) => New([template, "-o", name, .. options]);

    private void New(params string[] arguments) => PackageFeed.Dotnet(Root, ["new", .. arguments, "--debug:custom-hive", Path.Combine(Root, "hive")]);

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}

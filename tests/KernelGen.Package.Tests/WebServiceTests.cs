using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.Intrinsics.X86;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using KernelGen.Text;
using Xunit;

namespace KernelGen.Package.Tests;

/// <summary>The web services of the documents, word for word: published as native programs from the packages alone, and called.</summary>
[Collection(nameof(PackageFeed))]
public sealed partial class WebServiceTests(PackageFeed feed)
{
    private const string Source = "狗追猫。";
    private const string Target = "The dog chases the cat.";

    private static readonly string Model = Path.Combine(PackageFeed.Repository, "tests", "Shared", "zh-en");

    [Fact]
    public Task The_service_of_the_guide_answers() => AssertAnswersAsync("runtime/docs/aot-service.md", streams: false);

    [Fact]
    public Task The_service_of_the_package_answers() => AssertAnswersAsync("runtime/KernelGen.Extensions.Hosting/README.md", streams: true);

    private async Task AssertAnswersAsync(string document, bool streams)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string folder = Write(document);
        feed.RestoreIn(folder);
        string program = feed.PublishIn(folder, "Service");
        using Process service = Start(program, folder, out string address);
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(30) };
            int[] source = VocabularyTokenizer.Load(Path.Combine(Model, "source_vocabulary.json")).Encode(Source);
            var english = SentencePieceTokenizer.Load(Path.Combine(Model, "target.spm"));

            int[]? target = await (await client.PostAsJsonAsync("/translate", source, cancellation)).EnsureSuccessStatusCode().Content.ReadFromJsonAsync<int[]>(cancellation);
            Assert.Equal(Target, english.Decode(target!));
            if (streams)
            {
                using JsonDocument streamed = JsonDocument.Parse(
                    await (await client.PostAsJsonAsync("/stream", source, cancellation)).EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation));
                Assert.Equal(Target, english.Decode([.. streamed.RootElement.EnumerateArray().Select(static token => token.GetProperty("token").GetInt32())]));
            }

            string path = streams ? "/stream" : "/translate";
            await AssertRefusedAsync(HttpStatusCode.BadRequest, "[5, 2744]", "2744");
            await AssertRefusedAsync(HttpStatusCode.BadRequest, "[-1]", "-1");
            await AssertRefusedAsync(HttpStatusCode.BadRequest, "[]", "empty");
            await AssertRefusedAsync(HttpStatusCode.BadRequest, $"[{string.Join(", ", Enumerable.Repeat(5, 129))}]", "129");
            await AssertRefusedAsync(HttpStatusCode.BadRequest, "[5, 17", "Bad Request");
            await AssertRefusedAsync(HttpStatusCode.BadRequest, "\"five\"", "Bad Request");
            await AssertRefusedAsync(HttpStatusCode.BadRequest, "[99999999999]", "Bad Request");
            await AssertRefusedAsync(HttpStatusCode.UnsupportedMediaType, "5 17", "Unsupported Media Type", "text/plain");
            if (!streams)
            {
                await AssertRefusedAsync(HttpStatusCode.RequestEntityTooLarge, $"[{string.Join(", ", Enumerable.Repeat(5, 10_000))}]", "413");
            }

            // Mistakes of clients leave the service as it was.
            Assert.Equal(HttpStatusCode.OK, (await client.PostAsJsonAsync("/translate", source, cancellation)).StatusCode);

            async Task AssertRefusedAsync(HttpStatusCode status, string body, string told, string type = "application/json")
            {
                using HttpResponseMessage answer = await client.PostAsync(path, new StringContent(body, Encoding.UTF8, type), cancellation);
                string text = await answer.Content.ReadAsStringAsync(cancellation);
                Assert.True(answer.StatusCode == status, $"{body[..Math.Min(body.Length, 20)]}: {answer.StatusCode}, {text}");
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
                Assert.Contains(told, text, StringComparison.Ordinal);
            }
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Writes the project and the program of a document into a folder of their own, the first of each that stands there whole.</summary>
    private string Write(string document)
    {
        string text = File.ReadAllText(Path.Combine(PackageFeed.Repository, document)).ReplaceLineEndings("\n");
        string folder = Path.Combine(feed.Folder, "service-" + Path.GetFileNameWithoutExtension(document));
        Directory.CreateDirectory(folder);
        string guide = File.ReadAllText(Path.Combine(PackageFeed.Repository, "runtime", "docs", "aot-service.md")).ReplaceLineEndings("\n");
        string project = Block().Matches(guide).First(static block => block.Groups[1].Value == "xml").Groups[2].Value;
        string instructionSet = Avx2.IsSupported ? "avx2" : "portable";
        File.WriteAllText(
            Path.Combine(folder, "Service.csproj"),
            project.Replace("Version=\"0.1.0\"", $"Version=\"{PackageFeed.Version}\"", StringComparison.Ordinal).Replace(">avx2<", $">{instructionSet}<", StringComparison.Ordinal));
        File.WriteAllText(
            Path.Combine(folder, "Program.cs"),
            Block().Matches(text).Select(static block => block.Groups[2].Value).First(static block => block.Contains("app.Run();", StringComparison.Ordinal)));
        File.Copy(Path.Combine(Model, "model.safetensors"), Path.Combine(folder, "model.safetensors"));
        return folder;
    }

    private static Process Start(string program, string folder, out string address)
    {
        var start = new ProcessStartInfo(program, ["--urls", "http://127.0.0.1:0"]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        Process service = Process.Start(start)!;
        var log = new StringBuilder();
        while (service.StandardOutput.ReadLine() is string line)
        {
            log.AppendLine(line);
            if (Listening().Match(line) is { Success: true } match)
            {
                address = match.Groups[1].Value;

                // What it logs further is read away, so that it never waits for a reader.
                _ = service.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return service;
            }
        }

        Assert.Fail($"The service ended before it listened:\n{log}");
        throw new UnreachableException();
    }

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}

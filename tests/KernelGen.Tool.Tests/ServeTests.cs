using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using KernelGen.Text;

namespace KernelGen.Tool.Tests;

/// <summary>A folder as a service: what clients of LibreTranslate and OpenAI get, how it ends, and what it does not begin with.</summary>
[Collection("Kernels of several families")]
public sealed class ServeTests(ModelFolders models) : IDisposable
{
    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "Commands");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_of_text_is_called_as_LibreTranslate_is_and_ends_when_it_is_asked_to()
    {
        ToolProcess.RequireSignals();
        string keys = _folder.Write("keys.txt", "one\ntwo\n");
        (ToolProcess process, HttpClient client) = await StartAsync(models.Marian, "--source-language", "en", "--target-language", "de", "--api-keys", keys, "--beam", "1");
        using (client)
        {
            using TextGenerator generator = models.Open();
            string expected = generator.Generate("The dog.", generator.DefaultGeneration with { BeamSize = 1, EarlyStopping = EarlyStopping.Heuristic }).Text;
            using HttpResponseMessage answer = await client.PostAsJsonAsync("/translate", new { q = "The dog.", source = "en", target = "de", api_key = "two" });
            Assert.Equal(expected, (await ReadAsync(answer)).GetProperty("translatedText").GetString());
            using HttpResponseMessage keyless = await client.PostAsJsonAsync("/translate", new { q = "The dog.", source = "en", target = "de" });
            Assert.Equal(HttpStatusCode.Forbidden, keyless.StatusCode);
            using HttpResponseMessage wrong = await client.PostAsJsonAsync("/translate", new { q = "The dog.", source = "fr", target = "de", api_key = "one" });
            Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
            Assert.Equal("\"fr\" is not supported; the source is \"en\", or \"auto\".", (await ReadAsync(wrong)).GetProperty("error").GetString());
            Assert.Equal("""[{"code":"en","name":"English","targets":["de"]},{"code":"de","name":"German","targets":[]}]""", await client.GetStringAsync("/languages"));
            Assert.StartsWith("""{"status":"ok","checks":{""", await client.GetStringAsync("/health"));

            process.Signal("TERM");
            ToolRun run = await process.WaitAsync();
            Assert.Equal((0, ""), (run.ExitCode, run.Output));
            Assert.EndsWith("stopping: requests that run are finished. Once more ends at once.\n", run.Error);
        }
    }

    [Fact]
    public async Task A_model_of_several_languages_is_told_them_by_each_request()
    {
        ToolProcess.RequireSignals();
        string folder = TextFolder.MBart(_folder.File("mbart"));
        (ToolProcess process, HttpClient client) = await StartAsync(folder);
        using (client)
        {
            // What the command line is told for all lines.
            foreach ((string source, string target) in new[] { ("en_XX", "de_DE"), ("de_DE", "fr_XX"), ("en_XX", "fr_XX") })
            {
                string expected = ToolRun.With("abc fed\n", "translate", folder, "--cache", models.Cache, "--source-language", source, "--target-language", target).Output;
                using HttpResponseMessage answer = await client.PostAsJsonAsync("/translate", new { q = "abc fed", source = source[..2], target = target[..2] });
                Assert.Equal(expected.TrimEnd('\n'), (await ReadAsync(answer)).GetProperty("translatedText").GetString());
            }

            JsonElement languages = JsonDocument.Parse(await client.GetStringAsync("/languages")).RootElement;
            Assert.Equal(52, languages.GetArrayLength());
            JsonElement german = languages.EnumerateArray().Single(static language => language.GetProperty("code").GetString() == "de");
            Assert.Equal(("German", 51), (german.GetProperty("name").GetString(), german.GetProperty("targets").GetArrayLength()));
            using HttpResponseMessage auto = await client.PostAsJsonAsync("/translate", new { q = "abc", source = "auto", target = "de" });
            Assert.Equal(HttpStatusCode.BadRequest, auto.StatusCode);
            using HttpResponseMessage detection = await client.PostAsJsonAsync("/detect", new { q = "abc" });
            Assert.Equal(HttpStatusCode.NotImplemented, detection.StatusCode);
            Assert.Contains("does not find it out", (await ReadAsync(detection)).GetProperty("error").GetString());
            process.Signal("TERM");
            Assert.Equal(0, (await process.WaitAsync()).ExitCode);
        }
    }

    [Fact]
    public async Task A_model_that_hears_is_called_as_OpenAI_is()
    {
        ToolProcess.RequireSignals();
        (ToolProcess process, HttpClient client) = await StartAsync(Data);
        using (client)
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(File.ReadAllBytes(Path.Combine(Data, "012.flac"))), "file", "012.flac" }, { new StringContent("text"), "response_format" } };
            using HttpResponseMessage answer = await client.PostAsync("/v1/audio/transcriptions", form);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            string expected = ToolRun.Of("transcribe", Data, Path.Combine(Data, "012.flac"), "--cache", models.Cache).Output;
            Assert.Equal(expected.Trim(), (await answer.Content.ReadAsStringAsync()).Trim());
            using HttpResponseMessage json = await client.PostAsJsonAsync("/v1/audio/transcriptions", new { file = "none" });
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, json.StatusCode);
            process.Signal("TERM");
            Assert.Equal(0, (await process.WaitAsync()).ExitCode);
        }
    }

    [Fact]
    public void What_it_cannot_begin_with_is_said_in_one_line()
    {
        ToolRun Run(params string[] arguments) => models.Run("", "serve", arguments);

        Run().AssertRefused("Nothing says which language the model reads. Set --source-language to its code, such as en.");
        Run("--source-language", "en", "--target-language", "de", "--url", "http://192.0.2.1:80").AssertRefused("It cannot listen there");
        Run("--url", "https://localhost").AssertRefused("--url cannot be 'https://localhost'");
        Run("--url", "http://localhost:1", "--port", "2").AssertRefused("exclude each other");
        Run("--port", "0").AssertRefused("--port cannot be '0'");
        Run("--proxies", "10.0.0.0/8,here").AssertRefused("--proxies cannot have 'here'");
        Run("--api-keys", _folder.Write("empty.txt", "\n")).AssertRefused("has no keys");
        Run("--api-keys", _folder.File("none.txt")).AssertRefused("none.txt");
        Run("--max-length", "1000").AssertRefused("--max-length 1000 is more than the 64 tokens");
        ToolRun.Of("serve", Data, "--cache", models.Cache, "--beam", "2").AssertRefused("--beam is for models of text");
    }

    /// <summary>Starts a service on a free port, and waits until it says where it listens.</summary>
    private async Task<(ToolProcess Process, HttpClient Client)> StartAsync(string folder, params string[] arguments)
    {
        ToolProcess process = ToolProcess.Start(["serve", folder, "--cache", models.Cache, "--url", "http://127.0.0.1:0", .. arguments]);
        string line = await process.ReadErrorLineAsync();
        Assert.Matches(@"^kernelgen: serving .*, loaded in [0-9.]+ s, at http://127\.0\.0\.1:[0-9]+$", line);
        var client = new HttpClient { BaseAddress = new Uri(line[line.LastIndexOf("http://", StringComparison.Ordinal)..]) };
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return (process, client);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response) => JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
}

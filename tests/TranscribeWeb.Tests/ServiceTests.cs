using System.Net;
using System.Net.Http.Headers;

namespace KernelGen.Samples.TranscribeWeb.Tests;

/// <summary>Settings, and the page's files as they are sent.</summary>
public sealed class ServiceTests(LoadedModel model)
{
    [Theory]
    [InlineData("the setting Transcribe:Model is missing")]
    [InlineData("there is no folder none", "Model=none")]
    [InlineData("the setting Transcribe:Sessions is 0; it goes from 1 to 1024.", "Model=m", "Sessions=0")]
    [InlineData("the setting Transcribe:Threads is 65", "Model=m", "Threads=65")]
    public void A_wrong_setting_is_named(string complaint, params string[] settings) =>
        Assert.Contains(complaint, Assert.ThrowsAny<Exception>(() => WebService.Create([.. settings.Select(static setting => $"--Transcribe:{setting}")])).Message);

    [Fact]
    public void A_Moonshine_is_refused()
    {
        string folder = Directory.CreateTempSubdirectory("moonshine").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "config.json"), """
                {
                  "model_type": "moonshine", "hidden_size": 288, "encoder_num_attention_heads": 8, "decoder_num_attention_heads": 8, "intermediate_size": 1152,
                  "encoder_num_hidden_layers": 6, "decoder_num_hidden_layers": 6, "vocab_size": 32768
                }
                """);
            Assert.Contains("is a Moonshine", Assert.Throws<ArgumentException>(() => WebService.Create([$"--Transcribe:Model={folder}"])).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_files_of_the_page_are_sent_once_and_then_confirmed()
    {
        await using RunningService service = await RunningService.StartAsync(model);
        string all = "";
        foreach ((string path, string type) in ((string, string)[])[("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript"), ("/sound.js", "text/javascript"), ("/recorder.js", "text/javascript")])
        {
            using HttpResponseMessage response = await service.Client.GetAsync(path);
            Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
            Assert.StartsWith("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
            all += await response.Content.ReadAsStringAsync();

            using var again = new HttpRequestMessage(HttpMethod.Get, path);
            again.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(response.Headers.ETag!.Tag));
            using HttpResponseMessage confirmed = await service.Client.SendAsync(again);
            Assert.Equal(HttpStatusCode.NotModified, confirmed.StatusCode);
        }

        Assert.DoesNotContain("{{", all);
        Assert.Contains("""<option value="de">German</option>""", all);
    }
}

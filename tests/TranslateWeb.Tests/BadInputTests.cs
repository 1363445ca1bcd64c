using System.Net;
using System.Text;
using System.Text.Json;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Requests that cannot be answered are told why.</summary>
public sealed class BadInputTests
{
    /// <summary>As long as a sentence may be.</summary>
    private static readonly string Longest = new('狗', 128);

    [Theory]
    [InlineData("""{}""", "texts", "There are 0 texts; a request brings 1 to 32.")]
    [InlineData("""{"texts": null}""", "texts", "There are 0 texts")]
    [InlineData("""{"texts": []}""", "texts", "There are 0 texts")]
    [InlineData("""{"texts": ["狗", ""]}""", "texts[1]", "There is no text to translate")]
    [InlineData("""{"texts": [" \t　"]}""", "texts[0]", "There is no text to translate")]
    [InlineData("""{"texts": [null]}""", "texts[0]", "There is no text to translate")]
    [InlineData("""{"texts": ["狗"], "beam": 0}""", "beam", "The beam is 0; it goes from 1 to 8.")]
    [InlineData("""{"texts": ["狗"], "beam": 9}""", "beam", "The beam is 9")]
    [InlineData("""{"texts": ["狗"], "nBest": 2}""", "nBest", "nBest is 2; with a beam of 1 it goes from 1 to 1.")]
    [InlineData("""{"texts": ["狗"], "beam": 4, "nBest": 0}""", "nBest", "nBest is 0")]
    public async Task What_is_out_of_range_is_named(string body, string field, string message)
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.PostJsonAsync("/translations", body);
        JsonElement problem = await ReadProblemAsync(response, HttpStatusCode.BadRequest);
        JsonProperty error = Assert.Single(problem.GetProperty("errors").EnumerateObject());
        Assert.Equal(field, error.Name);
        Assert.StartsWith(message, error.Value[0].GetString());
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.PostJsonAsync("/translations", """{"texts": ["", "狗", ""], "beam": 99}""");
        JsonElement problem = await ReadProblemAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(["texts[0]", "texts[2]", "beam"], problem.GetProperty("errors").EnumerateObject().Select(static error => error.Name));
    }

    [Theory]
    [InlineData("""{"texts": "狗"}""", "at \"texts\"")]
    [InlineData("""{"texts": [1]}""", "at \"texts[0]\"")]
    [InlineData("""{"texts": ["狗"], "beam": "4"}""", "at \"beam\"")]
    [InlineData("""{"texts": ["狗"], "beam": 1e99}""", "at \"beam\"")]
    [InlineData("""{"texts": ["狗"], "beem": 4}""", "at \"beem\"")]
    [InlineData("""{"texts": ["\ud83d"]}""", "at \"texts[0]\"")]
    [InlineData("""{"texts": ["狗"}""", "line 1")]
    [InlineData("""狗追猫。""", "line 1")]
    [InlineData("""[]""", "line 1")]
    [InlineData("""null""", "body")]
    [InlineData("", "body")]
    public async Task A_body_that_is_not_as_described_is_refused_with_the_place(string body, string place)
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.PostJsonAsync("/translations", body);
        JsonElement problem = await ReadProblemAsync(response, HttpStatusCode.BadRequest);
        Assert.Contains(place, problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Bytes_that_are_not_utf_8_are_refused()
    {
        await using RunningService service = await RunningService.StartAsync();
        using var content = new ByteArrayContent([.. "{\"texts\": [\""u8, 0xFF, 0xE7, 0x8B, .. "\"]}"u8]);
        content.Headers.ContentType = new("application/json");
        using HttpResponseMessage response = await service.Client.PostAsync("/translations", content);
        await ReadProblemAsync(response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Another_content_type_is_refused()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.Client.PostAsync("/translations", new StringContent("狗追猫。", Encoding.UTF8, "text/plain"));
        await ReadProblemAsync(response, HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.PostAsync("/translations", new { texts = new[] { new string(' ', 100_000) } });
        await ReadProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("/translate/stream")]
    [InlineData("/translate/stream?text=")]
    [InlineData("/translate/stream?text=%20%09")]
    public async Task A_stream_of_nothing_is_refused(string path)
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.Client.GetAsync(path);
        JsonElement problem = await ReadProblemAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal("text", Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task A_stream_of_a_text_too_long_is_refused_and_the_longest_is_not()
    {
        await using RunningService service = await RunningService.StartAsync();
        string text = string.Concat(Enumerable.Repeat(Longest + "\n", 8));
        using HttpResponseMessage refused = await service.PostAsync("/translate/stream", new { text = text + "狗" });
        JsonElement problem = await ReadProblemAsync(refused, HttpStatusCode.BadRequest);
        Assert.StartsWith("This is too much for one request: it counts as 4160 tokens, of at most 4096.", problem.GetProperty("errors").GetProperty("text")[0].GetString());
        using HttpResponseMessage longest = await service.PostAsync("/translate/stream", new { text });
        List<(string Type, JsonElement Data)> events = await ServerSentEvents.ReadAllAsync(longest);
        Assert.Equal(8, events.Count(static one => one.Type == "sentence"));
        Assert.Equal("done", events[^1].Type);
    }

    [Theory]
    [InlineData("%ED%A0%80")]
    [InlineData("%FF%00")]
    [InlineData("龘靐齉爩")]
    public async Task Characters_that_nobody_knows_are_translated_somehow(string text)
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.Client.GetAsync($"/translate/stream?text={text}");
        Assert.Equal("done", (await ServerSentEvents.ReadAllAsync(response))[^1].Type);
    }

    [Fact]
    public async Task An_address_that_is_not_there_and_a_wrong_method_are_problems()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage missing = await service.Client.GetAsync("/nowhere");
        await ReadProblemAsync(missing, HttpStatusCode.NotFound);
        using HttpResponseMessage wrong = await service.Client.GetAsync("/translate");
        await ReadProblemAsync(wrong, HttpStatusCode.MethodNotAllowed);
    }

    [Theory]
    [InlineData("Concurrency=0")]
    [InlineData("Queue=-1")]
    [InlineData("MaxBeam=33")]
    [InlineData("MaxTexts=0")]
    [InlineData("RetryAfterSeconds=0")]
    [InlineData("MaxWork=1")]
    [InlineData("BodySeconds=0")]
    [InlineData("RequestSeconds=0")]
    [InlineData("TrimSeconds=0")]
    [InlineData("ShutdownSeconds=-1")]
    public void A_setting_out_of_range_ends_the_start(string setting)
    {
        Exception exception = Assert.Throws<ArgumentOutOfRangeException>(() => RunningService.Create([setting]));
        Assert.Contains($"Translate:{setting.Split('=')[0]} is {setting.Split('=')[1]}; it goes from", exception.Message);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("10.0.0.0/99")]
    [InlineData("127.0.0.1, 10.0.0.0/8/8")]
    public void A_proxy_that_is_no_address_ends_the_start(string proxies)
    {
        Exception exception = Assert.Throws<ArgumentException>(() => RunningService.Create([$"Proxies={proxies}"]));
        Assert.Contains($"Translate:Proxies has \"{proxies.Split(", ")[^1]}\"", exception.Message);
    }

    [Theory]
    [InlineData(32, 8, 1, false, 8192)]
    [InlineData(32, 1, 1, true, 4096)]
    [InlineData(9, 1, 1, true, 4608)]
    [InlineData(5, 2, 2, true, 5120)]
    public async Task More_work_than_a_request_may_ask_for_is_refused(int texts, int beam, int nBest, bool attention, int work)
    {
        await using RunningService service = await RunningService.StartAsync();
        string text = work > 4096 && texts < 32 ? Longest : new string('狗', 32);
        using HttpResponseMessage response = await service.PostAsync("/translations", new { texts = Enumerable.Repeat(text, texts), beam, nBest, attention });
        if (work <= 4096)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return;
        }

        JsonElement problem = await ReadProblemAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal($"This is too much for one request: it counts as {work} tokens, of at most 4096. Send less text, a narrower beam, or do without attention.", problem.GetProperty("errors").GetProperty("texts")[0].GetString());
    }

    [Fact]
    public async Task Short_texts_count_as_work_too()
    {
        await using RunningService service = await RunningService.StartAsync(["MaxWork=1024"]);
        using HttpResponseMessage most = await service.PostAsync("/translations", new { texts = Enumerable.Repeat("狗", 32), beam = 2 });
        Assert.Equal(HttpStatusCode.OK, most.StatusCode);
        using HttpResponseMessage more = await service.PostAsync("/translations", new { texts = Enumerable.Repeat("狗", 32), beam = 3 });
        await ReadProblemAsync(more, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_weights_file_that_is_not_there_ends_the_start()
    {
        await using var app = RunningService.Create(["Model=none.packed"]);
        Exception exception = await Assert.ThrowsAnyAsync<IOException>(() => app.StartAsync());
        Assert.Contains("none.packed", exception.Message);
    }

    private static async Task<JsonElement> ReadProblemAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = await RunningService.ReadJsonAsync(response);
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        return problem;
    }
}

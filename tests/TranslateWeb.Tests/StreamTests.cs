using System.Net;
using System.Text.Json;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary><c>GET</c> and <c>POST /translate/stream</c>.</summary>
public sealed class StreamTests
{
    /// <summary>As long as a sentence may be: it takes many tokens.</summary>
    private static readonly string Long = new('狗', 124);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tokens_come_one_by_one_and_then_the_whole(bool posts)
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = posts
            ? await service.PostAsync("/translate/stream", new { text = "猫追狗。" })
            : await service.Client.GetAsync($"/translate/stream?text={Uri.EscapeDataString("猫追狗。")}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("no-cache", response.Headers.GetValues("Cache-Control").Single());
        List<(string Type, JsonElement Data)> events = await ServerSentEvents.ReadAllAsync(response);
        Assert.Equal("done", events[^1].Type);
        (string Type, JsonElement Data)[] tokens = [.. events.SkipLast(2)];
        Assert.All(tokens, static one => Assert.Equal("token", one.Type));
        Assert.Equal(Enumerable.Range(0, tokens.Length), tokens.Select(static one => one.Data.GetProperty("index").GetInt32()));
        Assert.Equal("The cat chases the dog.", string.Concat(tokens.Select(static one => one.Data.GetProperty("text").GetString())));
        Assert.Equal("The cat chases the dog.", events[^1].Data.GetProperty("text").GetString());
        JsonElement sentence = events[^2].Data;
        Assert.Equal("sentence", events[^2].Type);
        Assert.Equal(["index", "source", "start", "separator", "text", "attention"], sentence.EnumerateObject().Select(static property => property.Name));
        AttentionChecks.Check(sentence.GetProperty("attention"), ["猫", "追", "狗", "。"], "The cat chases the dog.");
    }

    [Fact]
    public async Task Sentences_come_one_by_one()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.PostAsync("/translate/stream", new { text = " 狗追猫。猫追狗。\n狗咬老虎。" });
        List<(string Type, JsonElement Data)> events = await ServerSentEvents.ReadAllAsync(response);
        const string Whole = "The dog chases the cat. The cat chases the dog.\nThe dog bites the tiger.";
        Assert.Equal(Whole, events[^1].Data.GetProperty("text").GetString());
        Assert.Equal(Whole, string.Concat(events.Where(static one => one.Type == "token").Select(static one => one.Data.GetProperty("text").GetString())));
        JsonElement[] sentences = [.. events.Where(static one => one.Type == "sentence").Select(static one => one.Data)];
        Assert.Equal([0, 1, 2], sentences.Select(static one => one.GetProperty("index").GetInt32()));
        Assert.Equal([1, 5, 10], sentences.Select(static one => one.GetProperty("start").GetInt32()));
        Assert.Equal(["狗追猫。", "猫追狗。", "狗咬老虎。"], sentences.Select(static one => one.GetProperty("source").GetString()));
        Assert.Equal(Whole, string.Concat(sentences.Select(static one => one.GetProperty("separator").GetString() + one.GetProperty("text").GetString())));
        AttentionChecks.Check(sentences[1].GetProperty("attention"), ["猫", "追", "狗", "。"], "The cat chases the dog.");

        // Those of a sentence come before those of the next.
        int[] order = [.. events.SkipLast(1).Select(static one => one.Data.GetProperty(one.Type == "token" ? "sentence" : "index").GetInt32())];
        Assert.Equal(order.Order(), order);
    }

    [Fact]
    public async Task What_is_unknown_is_told()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.PostAsync("/translate/stream", new { text = "狗追猫。龘🙂" });
        JsonElement[] sentences = [.. (await ServerSentEvents.ReadAllAsync(response)).Where(static one => one.Type == "sentence").Select(static one => one.Data)];
        Assert.False(sentences[0].TryGetProperty("unknown", out _));
        Assert.False(sentences[0].TryGetProperty("allUnknown", out _));
        Assert.Equal([("龘🙂", 4)], sentences[1].GetProperty("unknown").EnumerateArray().Select(static one => (one.GetProperty("text").GetString(), one.GetProperty("start").GetInt32())));
        Assert.True(sentences[1].GetProperty("allUnknown").GetBoolean());
    }

    [Fact]
    public async Task A_token_is_sent_before_the_next_is_there()
    {
        using var gate = new Gate();
        int decoded = 0;
        await using RunningService service = await RunningService.StartAsync(null, RunningService.DecodingWith(inner => new WatchedDecoder(inner, () =>
        {
            if (Interlocked.Increment(ref decoded) > 1)
            {
                gate.Pass();
            }
        })));
        using HttpResponseMessage response = await service.Client.GetAsync("/translate/stream?text=狗追猫。", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("event: token", await reader.ReadLineAsync());
        Assert.StartsWith("data: {\"sentence\":0,\"index\":0,", await reader.ReadLineAsync());
        await gate.ArrivedAsync(1);
        Assert.Equal(2, decoded);
        gate.Open();
        Assert.Contains("event: done", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_stream_ends_when_its_client_goes()
    {
        await using RunningService service = await RunningService.StartAsync(
            ["Concurrency=1", "ClientRequests=1"], RunningService.DecodingWith(static inner => new WatchedDecoder(inner, static () => Thread.Sleep(50))));
        using var measurements = new Measurements(service);
        using (HttpClient client = service.NewClient())
        {
            using HttpResponseMessage response = await client.GetAsync($"/translate/stream?text={Uri.EscapeDataString(Long)}", HttpCompletionOption.ResponseHeadersRead);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            Assert.Equal("event: token", await reader.ReadLineAsync());
        }

        await measurements.ReachesAsync("requests", "/translate/stream 200", 1);

        // Its place is free again, as soon as the token that it worked on is done.
        HttpStatusCode status = HttpStatusCode.TooManyRequests;
        for (int i = 0; i < 100 && status == HttpStatusCode.TooManyRequests; i++)
        {
            await Task.Delay(50);
            using HttpResponseMessage next = await service.PostAsync("/translate/stream", new { text = "狗" });
            status = next.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Theory]
    [InlineData("/translate/stream?text=狗追猫。")]
    [InlineData(null)]
    public async Task Text_that_is_certain_only_at_the_end_belongs_to_the_last_token(string? stream)
    {
        await using RunningService service = await RunningService.StartAsync(null, RunningService.DecodingWith(static inner => new LateDecoder(inner)));
        JsonElement whole;
        if (stream is null)
        {
            using HttpResponseMessage response = await service.PostAsync("/translations", new { texts = new[] { "狗追猫。" }, attention = true });
            whole = (await RunningService.ReadJsonAsync(response)).GetProperty("translations")[0].GetProperty("sentences")[0].GetProperty("hypotheses")[0];
        }
        else
        {
            using HttpResponseMessage response = await service.Client.GetAsync(stream);
            List<(string Type, JsonElement Data)> events = await ServerSentEvents.ReadAllAsync(response);
            Assert.Equal(["", "The", " dog", " chases", " the", " cat"], events.SkipLast(2).Select(static one => one.Data.GetProperty("text").GetString()));
            whole = events[^2].Data;
        }

        Assert.Equal("The dog chases the cat.", whole.GetProperty("text").GetString());
        string?[] tokens = [.. whole.GetProperty("attention").GetProperty("targetTokens").EnumerateArray().Select(static token => token.GetString())];
        Assert.Equal(["", "The", " dog", " chases", " the", " cat.", "<eos>"], tokens);
    }
}

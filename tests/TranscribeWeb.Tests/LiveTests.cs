using System.Net;
using System.Net.WebSockets;
using System.Text.Json;

namespace KernelGen.Samples.TranscribeWeb.Tests;

/// <summary><c>/live</c>, as a client meets it.</summary>
public sealed class LiveTests(LoadedModel model)
{
    private const string Start = """{"sampleRate": 16000}""";
    private const string End = """{"end": true}""";

    [Fact]
    public async Task Samples_become_words_partial_ones_first()
    {
        await using RunningService service = await RunningService.StartAsync(model);
        using LiveClient client = await service.ConnectAsync(service.Address.ToString().TrimEnd('/'));
        await client.SendAsync(Start);
        Assert.True((await client.ReceiveAsync())!.Value.GetProperty("listens").GetBoolean());
        await client.SendSoundAsync(LiveClient.Speech);
        await client.SendAsync(End);
        List<JsonElement> messages = await client.ReceiveAllAsync();
        Assert.Equal(" Hello world.", messages[0].GetProperty("partial").GetString());
        Assert.Equal(" Hello world.", string.Concat(messages.Select(static message => message.GetProperty("final").GetString())));
        JsonElement segment = Assert.Single(messages.SelectMany(static message => message.GetProperty("segments").EnumerateArray()));
        Assert.Equal("Hello world.", segment.GetProperty("text").GetString());
        Assert.InRange(segment.GetProperty("end").GetDouble(), segment.GetProperty("start").GetDouble(), 11);
        Assert.Equal("fr", messages[^1].GetProperty("language").GetString());
        Assert.Equal((WebSocketCloseStatus.NormalClosure, "All that was heard is written."), (client.Status, client.Reason));
    }

    [Fact]
    public async Task A_client_says_the_language_and_whether_to_translate()
    {
        await using RunningService service = await RunningService.StartAsync(model);
        using LiveClient client = await service.ConnectAsync();
        await client.SendAsync("""{"sampleRate": 8000, "language": "German", "translate": true}""");
        await client.ReceiveAsync();
        await client.SendAsync(LiveClient.Speech[..100_000]);
        await client.SendAsync(End);
        List<JsonElement> messages = await client.ReceiveAllAsync();
        Assert.Equal("de", messages[^1].GetProperty("language").GetString());
        Assert.Contains("English", string.Concat(messages.Select(static message => message.GetProperty("final").GetString())));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64_000)]
    public async Task Silence_has_no_words(int bytes)
    {
        await using RunningService service = await RunningService.StartAsync(model);
        using LiveClient client = await service.ConnectAsync();
        await client.SendAsync(Start);
        await client.ReceiveAsync();
        await client.SendAsync(new byte[bytes]);
        await client.SendAsync(End);
        Assert.Empty(await client.ReceiveAllAsync());
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.Status);
    }

    public static TheoryData<object[], WebSocketCloseStatus, string> WrongMessages => new()
    {
        { ["no JSON"], WebSocketCloseStatus.InvalidPayloadData, "not the JSON that was expected" },
        { ["null"], WebSocketCloseStatus.InvalidPayloadData, "A text is null" },
        { ["[]"], WebSocketCloseStatus.InvalidPayloadData, "not the JSON that was expected" },
        { [new string('[', 10_000)], WebSocketCloseStatus.InvalidPayloadData, "not the JSON that was expected" },
        { [new string('x', 300_000)], WebSocketCloseStatus.MessageTooBig, "longer than 262144 bytes" },
        { ["{}"], WebSocketCloseStatus.PolicyViolation, "has no sampleRate" },
        { ["""{"sampleRate": "16000"}"""], WebSocketCloseStatus.InvalidPayloadData, "at \"sampleRate\"" },
        { ["""{"sampleRate": 16000, "extra": 1}"""], WebSocketCloseStatus.InvalidPayloadData, "at \"extra\"" },
        { ["""{"sampleRate": 0}"""], WebSocketCloseStatus.PolicyViolation, "SampleRate is 0; expected 1000 to 768000 Hz." },
        { ["""{"sampleRate": 2147483647}"""], WebSocketCloseStatus.PolicyViolation, "SampleRate is 2147483647" },
        { ["""{"sampleRate": 16000, "language": "Klingon"}"""], WebSocketCloseStatus.PolicyViolation, "Language is Klingon, which is no language" },
        { [End], WebSocketCloseStatus.PolicyViolation, "has no sampleRate" },
        { [new byte[2]], WebSocketCloseStatus.PolicyViolation, "Samples came before the first message" },
        { [Start, new byte[3]], WebSocketCloseStatus.InvalidPayloadData, "A message has 3 bytes" },
        { [Start, new byte[262_146]], WebSocketCloseStatus.MessageTooBig, "longer than 262144 bytes" },
        { [Start, Start], WebSocketCloseStatus.PolicyViolation, "A text came within the sound" },
        { [Start, new byte[3200], "end"], WebSocketCloseStatus.InvalidPayloadData, "not the JSON that was expected" },
    };

    [Theory]
    [MemberData(nameof(WrongMessages), DisableDiscoveryEnumeration = true)]
    public async Task What_is_wrong_is_said_and_the_connection_closed(object[] messages, WebSocketCloseStatus status, string complaint)
    {
        await using RunningService service = await RunningService.StartAsync(model);
        using LiveClient client = await service.ConnectAsync();
        foreach (object message in messages)
        {
            await (message is string text ? client.SendAsync(text) : client.SendAsync((byte[])message));
        }

        List<JsonElement> answers = await client.ReceiveAllAsync();
        Assert.Contains(complaint, answers[^1].GetProperty("error").GetString());
        Assert.Equal(status, client.Status);
        Assert.Equal("ready\n", await service.Client.GetStringAsync("/health"));
        await AllPlacesAreFreeAsync(service, 4);
    }

    [Fact]
    public async Task What_was_heard_before_a_wrong_message_is_written()
    {
        await using RunningService service = await RunningService.StartAsync(model);
        using LiveClient client = await service.ConnectAsync();
        await client.SendAsync(Start);
        await client.SendSoundAsync(LiveClient.Speech[..96_000]);
        await client.SendAsync(new byte[1]);
        List<JsonElement> answers = await client.ReceiveAllAsync();
        Assert.Contains(answers, static answer => answer.TryGetProperty("final", out JsonElement final) && final.GetString()!.Contains("Hello", StringComparison.Ordinal));
        Assert.True(answers[^1].TryGetProperty("error", out _));
    }

    [Fact]
    public async Task More_sessions_than_there_are_places_are_turned_away()
    {
        await using RunningService service = await RunningService.StartAsync(model, "Sessions=1");
        using LiveClient first = await service.ConnectAsync();
        await first.SendAsync(Start);
        await first.ReceiveAsync();
        using LiveClient second = await service.ConnectAsync();
        Assert.Contains("All places are taken", (await second.ReceiveAsync())!.Value.GetProperty("error").GetString());
        Assert.Null(await second.ReceiveAsync());
        Assert.Equal(1013, (int)second.Status!);
        await first.SendAsync(End);
        Assert.Empty(await first.ReceiveAllAsync());
        await AllPlacesAreFreeAsync(service, 1);
        using LiveClient third = await service.ConnectAsync();
        await third.SendAsync(Start);
        Assert.True((await third.ReceiveAsync())!.Value.GetProperty("listens").GetBoolean());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_place_of_a_client_that_is_gone_is_free_again(bool says)
    {
        await using RunningService service = await RunningService.StartAsync(model, "Sessions=1");
        using LiveClient client = await service.ConnectAsync();
        await client.SendAsync(Start);
        await client.ReceiveAsync();
        await client.SendSoundAsync(LiveClient.Speech[..64_000]);
        Assert.Equal(0, service.Endpoint.FreePlaces);
        if (says)
        {
            await client.CloseAsync();
        }
        else
        {
            client.Abort();
        }

        await AllPlacesAreFreeAsync(service, 1);
    }

    [Fact]
    public async Task A_client_that_sends_nothing_is_let_go()
    {
        await using RunningService service = await RunningService.StartAsync(model, "IdleSeconds=1");
        using LiveClient silent = await service.ConnectAsync();
        Assert.Contains("Nothing came for 1 seconds", Assert.Single(await silent.ReceiveAllAsync()).GetProperty("error").GetString());
        using LiveClient client = await service.ConnectAsync();
        await client.SendAsync(Start);
        await client.SendSoundAsync(LiveClient.Speech[..96_000]);
        List<JsonElement> answers = await client.ReceiveAllAsync();
        Assert.Contains("Nothing came for 1 seconds", answers[^1].GetProperty("error").GetString());
        Assert.Contains(answers, static answer => answer.TryGetProperty("final", out JsonElement final) && final.GetString() != "");
    }

    [Fact]
    public async Task A_service_that_stops_writes_what_it_has_heard()
    {
        await using RunningService service = await RunningService.StartAsync(model);
        using LiveClient client = await service.ConnectAsync();
        await client.SendAsync(Start);
        await client.ReceiveAsync();
        await client.SendSoundAsync(LiveClient.Speech[..40_000]);
        Assert.Equal(" Hello world.", (await client.ReceiveAsync())!.Value.GetProperty("partial").GetString());
        Task stop = service.App.StopAsync(TestContext.Current.CancellationToken);
        List<JsonElement> messages = await client.ReceiveAllAsync();
        Assert.Contains("Hello", string.Concat(messages.Select(static message => message.GetProperty("final").GetString())));
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.Status);
        await stop;
    }

    [Fact]
    public async Task Only_a_WebSocket_of_the_own_page_is_taken()
    {
        await using RunningService service = await RunningService.StartAsync(model);
        using HttpResponseMessage plain = await service.Client.GetAsync("/live");
        Assert.Equal(HttpStatusCode.UpgradeRequired, plain.StatusCode);
        foreach (string origin in (string[])["https://other.example", "http://127.0.0.1:1", "null", "x"])
        {
            WebSocketException refused = await Assert.ThrowsAsync<WebSocketException>(() => service.ConnectAsync(origin));
            Assert.Contains("403", refused.Message);
        }

        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "rebound.example" } };
        using HttpResponseMessage answer = await service.Client.SendAsync(rebound);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static async Task AllPlacesAreFreeAsync(RunningService service, int places)
    {
        for (int i = 0; i < 600 && service.Endpoint.FreePlaces < places; i++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Equal(places, service.Endpoint.FreePlaces);
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Clients that send or read slowly, and requests that take long: nobody else waits for them, and they come to an end.</summary>
public sealed class SlowClientTests
{
    [Fact]
    public async Task A_body_that_comes_slowly_keeps_nobody_waiting_and_has_an_end()
    {
        await using RunningService service = await RunningService.StartAsync(["Concurrency=1", "Queue=1", "BodySeconds=3"]);
        using var measurements = new Measurements(service);
        long start = Stopwatch.GetTimestamp();
        using var stop = new CancellationTokenSource();
        Task<string>[] slow = [.. Enumerable.Range(0, 20).Select(_ => SendSlowlyAsync(service.Address.Port, stop.Token))];
        await measurements.ReachesAsync("active", "", slow.Length);

        // All of them are there, and the only place is free.
        for (int i = 0; i < 5; i++)
        {
            using HttpResponseMessage response = await service.PostAsync("/translations", new { texts = new[] { "狗追猫。" } });
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        foreach (string answer in await Task.WhenAll(slow).WaitAsync(TimeSpan.FromSeconds(60)))
        {
            Assert.StartsWith("HTTP/1.1 408 ", answer);
            Assert.Contains("The body did not come within 3 s.", answer);
        }

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 2.9, 60);
        await measurements.ReachesAsync("requests", "/translations 408", slow.Length);
    }

    [Theory]
    [InlineData("/translations", """{"texts": ["狗追猫。"]}""")]
    [InlineData("/translate/stream", """{"text": "狗追猫。"}""")]
    public async Task A_request_that_takes_too_long_is_ended(string path, string body)
    {
        using var gate = new Gate();
        await using RunningService service = await RunningService.StartAsync(
            ["Concurrency=1", "RequestSeconds=1", "RetryAfterSeconds=9"], RunningService.DecodingWith(inner => new WatchedDecoder(inner, gate.Pass)));
        using var measurements = new Measurements(service);
        Task<HttpResponseMessage> running = service.PostJsonAsync("/translations", """{"texts": ["狗追猫。"]}""");
        await gate.ArrivedAsync(1);

        // The other one has the only place; waiting counts.
        using HttpResponseMessage response = await service.PostJsonAsync(path, body);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(9), response.Headers.RetryAfter?.Delta);
        Assert.Contains("within 1 s", (await RunningService.ReadJsonAsync(response)).GetProperty("detail").GetString());
        await measurements.ReachesAsync("requests", $"{path} 503", 1);
        gate.Open();
        (await running).Dispose();
    }

    [Fact]
    public async Task A_computation_that_takes_too_long_is_ended()
    {
        await using RunningService service = await RunningService.StartAsync(["Concurrency=1", "RequestSeconds=1", "MaxWork=1000000"]);
        string text = new('狗', 124);
        long start = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await service.PostAsync("/translations", new { texts = Enumerable.Repeat(text, 32), beam = 8 });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, 30);
        using HttpResponseMessage next = await service.PostAsync("/translations", new { texts = new[] { "狗" } });
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task A_stream_that_nobody_reads_gives_its_turn_back()
    {
        await using RunningService service = await RunningService.StartAsync(["Concurrency=1"]);
        IAsyncEnumerable<TranslationEvent> events = service.App.Services.GetRequiredService<TranslationService>().StreamAsync("狗追猫。", default);
        using HttpResponseMessage next = await service.PostAsync("/translations", new { texts = new[] { "狗" } });
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.IsType<DoneEvent>((await events.ToListAsync())[^1]);
    }

    /// <summary>Sends the beginning of a request, then a byte now and then, and reads the answer.</summary>
    private static async Task<string> SendSlowlyAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync("POST /translations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{\"texts\": [\""u8.ToArray(), cancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        Task<string> answer = reader.ReadToEndAsync(cancellationToken);
        byte[] some = new byte[30];
        some.AsSpan().Fill((byte)'a');
        while (!answer.IsCompleted)
        {
            // 300 bytes a second are more than the server's own least rate.
            await Task.WhenAny(answer, Task.Delay(100, cancellationToken));
            try
            {
                await stream.WriteAsync(some, cancellationToken);
            }
            catch (IOException)
            {
                // The server has closed the connection; its answer is there.
                break;
            }
        }

        return await answer;
    }
}

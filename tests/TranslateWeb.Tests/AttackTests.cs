using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KernelGen.Extensions.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Clients that mean ill: no answer says that the service failed, and nothing of them stays. More of them, for longer: <c>samples/TranslateWeb/load.sh</c>.</summary>
public sealed class AttackTests
{
    private static readonly string[] Bodies =
    [
        """{"q": "狗追猫。", "source": "zh", "target": "en", "alternatives": 2}""",
        """{"q": ["狗追猫。", "猫追狗。"], "source": "auto", "target": "en", "format": "text", "api_key": ""}""",
        """{"texts": ["狗追猫。"], "beam": 2, "nBest": 2, "attention": true}""",
        "q=%E7%8B%97&source=zh&target=en&alternatives=1",
        "--y\r\nContent-Disposition: form-data; name=\"q\"\r\n\r\n狗\r\n--y--\r\n",
    ];

    private static readonly string[] Types = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=y", "application/json; charset=utf-8", "text/html"];

    [Fact]
    public async Task Bodies_that_are_damaged_in_any_way_are_never_a_failure_of_the_service()
    {
        await using RunningService service = await RunningService.StartAsync(["ClientRequests=1000"]);
        var random = new Random(20);
        var statuses = new HashSet<HttpStatusCode>();
        for (int i = 0; i < 600; i++)
        {
            byte[] body = Encoding.UTF8.GetBytes(Bodies[i % Bodies.Length]);
            for (int damage = random.Next(4); damage > 0; damage--)
            {
                body = random.Next(4) switch
                {
                    0 => [.. body[..random.Next(body.Length)]],
                    1 => [.. body, .. body],
                    2 => [.. body[..(body.Length / 2)], (byte)random.Next(256), .. body[(body.Length / 2)..]],
                    _ => [.. body.Select(one => random.Next(20) == 0 ? (byte)random.Next(256) : one)],
                };
                body = body.Length == 0 ? [0] : body;
            }

            using var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", Types[random.Next(Types.Length)]);
            using HttpResponseMessage response = await service.Client.PostAsync(i % 3 == 0 ? "/translations" : "/translate", content);
            Assert.True((int)response.StatusCode < 500, $"{response.StatusCode} for {Convert.ToHexString(body)}");
            statuses.Add(response.StatusCode);
        }

        Assert.Superset(new HashSet<HttpStatusCode> { HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.UnsupportedMediaType }, statuses);
    }

    [Fact]
    public async Task Deep_and_wide_json_is_refused()
    {
        await using RunningService service = await RunningService.StartAsync();
        string[] bodies =
        [
            new string('[', 30_000),
            "{\"q\":" + new string('[', 30_000),
            "{" + string.Concat(Enumerable.Repeat("\"a\":{", 5000)),
            "{\"q\":[\"" + string.Join("\",\"", Enumerable.Repeat("狗", 9_000)) + "\"]}",
        ];
        foreach (string body in bodies)
        {
            using HttpResponseMessage response = await service.PostJsonAsync("/translate", body);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }
    }

    [Fact]
    public async Task Requests_that_are_given_up_leave_nothing()
    {
        await using RunningService service = await RunningService.StartAsync(["Concurrency=2", "ClientRequests=1000", "Queue=1000"]);
        using var measurements = new Measurements(service);
        var random = new Random(20);
        string text = string.Concat(Enumerable.Repeat("狗追猫。", 20));
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            using var cancellation = new CancellationTokenSource(random.Next(150));
            try
            {
                using HttpResponseMessage response = i % 2 == 0
                    ? await service.PostAsync("/translate", new { q = text, source = "zh", target = "en" }, cancellation.Token)
                    : await service.PostAsync("/translate/stream", new { text }, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                // As it was meant to.
            }
        }));
        for (int i = 0; measurements.Of("active", "").Sum() > 0; i++)
        {
            Assert.True(i < 3000, "A request stays.");
            await Task.Delay(10);
        }

        Assert.Equal(0, service.App.Services.GetRequiredService<TextGenerationQueue>().Waiting);
        Assert.Empty(measurements.Of("requests", "/translate 500").Concat(measurements.Of("requests", "/translate/stream 500")));
        using HttpResponseMessage next = await service.PostAsync("/translate", new { q = "狗追猫。", source = "zh", target = "en" });
        Assert.Contains("The dog chases the cat.", await next.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("POST /translate HTTP/1.1\r\nHost: localhost\r\nX: ")]
    public async Task Connections_that_say_nothing_more_are_closed_and_keep_nobody_out(string beginning)
    {
        await using RunningService service = await RunningService.StartAsync(["BodySeconds=2"]);
        List<TcpClient> clients = [];
        for (int i = 0; i < 300; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, service.Address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(beginning));
            clients.Add(client);
        }

        using HttpResponseMessage response = await service.PostAsync("/translate", new { q = "狗", source = "zh", target = "en" });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        if (beginning.Length > 0)
        {
            long start = Stopwatch.GetTimestamp();
            foreach (TcpClient client in clients)
            {
                using var reader = new StreamReader(client.GetStream());
                Assert.StartsWith("HTTP/1.1 408 ", await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30)));
            }

            Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 20);
        }

        clients.ForEach(static client => client.Dispose());
    }

    [Theory]
    [InlineData("GET / HTTP/9.9\r\n\r\n")]
    [InlineData("\0\0\0\0\r\n\r\n")]
    [InlineData("POST /translate HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /translate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n")]
    [InlineData("POST /translate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999999999\r\n\r\n")]
    public async Task Nonsense_is_refused_and_the_connection_closed(string request)
    {
        await using RunningService service = await RunningService.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, service.Address.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(client.GetStream());
        Assert.Matches("^HTTP/1.1 (4..|505) ", await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30)));
    }
}

using System.Net;
using System.Net.Sockets;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>A client with many requests does not keep others out.</summary>
public sealed class FairnessTests
{
    [Fact]
    public async Task A_client_has_no_more_requests_at_once_than_one_may_have()
    {
        using var gate = new Gate();
        await using RunningService service = await RunningService.StartAsync(["Concurrency=1", "ClientRequests=3"], RunningService.DecodingWith(inner => new WatchedDecoder(inner, gate.Pass)));
        using var measurements = new Measurements(service);
        Task<HttpStatusCode>[] many = [.. Enumerable.Range(0, 30).Select(_ => StatusAsync(service.Client))];
        await measurements.ReachesAsync("requests", "/translations 429", 27);

        // It has as many as one may have; somebody else has none.
        using HttpClient other = ClientFrom(service, "127.0.0.2");
        Task<HttpStatusCode> one = StatusAsync(other);
        gate.Open();
        Assert.Equal(HttpStatusCode.OK, await one);
        Assert.Equal(3, (await Task.WhenAll(many)).Count(static status => status == HttpStatusCode.OK));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.0.0.0/8, 127.0.0.0/8", true)]
    public async Task Whom_a_proxy_asks_for_counts_where_the_proxy_is_known(string proxies, bool isOther)
    {
        using var gate = new Gate();
        await using RunningService service = await RunningService.StartAsync(
            ["Concurrency=1", "ClientRequests=3", $"Proxies={proxies}"], RunningService.DecodingWith(inner => new WatchedDecoder(inner, gate.Pass)));
        using var measurements = new Measurements(service);
        using HttpClient greedy = ClientFor(service, "192.0.2.1");
        Task<HttpStatusCode>[] many = [.. Enumerable.Range(0, 30).Select(_ => StatusAsync(greedy))];
        await measurements.ReachesAsync("requests", "/translations 429", 27);
        using HttpClient other = ClientFor(service, "192.0.2.2");
        Task<HttpStatusCode> one = StatusAsync(other);
        await (isOther ? measurements.ReachesAsync("active", "", 4) : measurements.ReachesAsync("requests", "/translations 429", 28));
        gate.Open();
        Assert.Equal(isOther ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await one);
        await Task.WhenAll(many);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using HttpResponseMessage response = await client.PostAsync("/translations", new StringContent("""{"texts": ["狗追猫。"]}""", System.Text.Encoding.UTF8, "application/json"));
        return response.StatusCode;
    }

    private static HttpClient ClientFor(RunningService service, string address)
    {
        HttpClient client = service.NewClient();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return client;
    }

    /// <summary>A client that has another of this computer's addresses.</summary>
    private static HttpClient ClientFrom(RunningService service, string address) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = service.Address };
}

using System.Net;
using System.Net.Sockets;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>A client with many requests does not keep others out.</summary>
public sealed class FairnessTests
{
    [Fact]
    public async Task Another_address_gets_its_turn_before_the_many_of_one()
    {
        using var gate = new Gate();
        await using RunningService service = await RunningService.StartAsync(["Concurrency=1", "Queue=4"], RunningService.DecodingWith(inner => new WatchedDecoder(inner, gate.Pass)));
        using var measurements = new Measurements(service);
        Task<HttpStatusCode>[] many = [.. Enumerable.Range(0, 30).Select(_ => StatusAsync(service.Client))];
        await measurements.ReachesAsync("kernelgen.requests", "translate rejected", 25);

        // The queue is full, but not for somebody else.
        using HttpClient other = ClientFrom(service, "127.0.0.2");
        Task<HttpStatusCode> one = StatusAsync(other);
        await measurements.ReachesAsync("kernelgen.requests", "translate rejected", 26);
        Assert.False(one.IsCompleted);
        gate.Open();
        Assert.Equal(HttpStatusCode.OK, await one);
        Assert.Equal(4, (await Task.WhenAll(many)).Count(static status => status == HttpStatusCode.OK));
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData("10.0.0.0/8", 5)]
    [InlineData("127.0.0.1", 6)]
    [InlineData("10.0.0.0/8, 127.0.0.0/8", 6)]
    public async Task Whom_a_proxy_asks_for_counts_where_the_proxy_is_known(string proxies, int answered)
    {
        using var gate = new Gate();
        await using RunningService service = await RunningService.StartAsync(
            ["Concurrency=1", "Queue=4", $"Proxies={proxies}"], RunningService.DecodingWith(inner => new WatchedDecoder(inner, gate.Pass)));
        using var measurements = new Measurements(service);
        using HttpClient greedy = ClientFor(service, "192.0.2.1");
        Task<HttpStatusCode>[] many = [.. Enumerable.Range(0, 30).Select(_ => StatusAsync(greedy))];
        await measurements.ReachesAsync("kernelgen.requests", "translate rejected", 25);
        using HttpClient other = ClientFor(service, "192.0.2.2");
        Task<HttpStatusCode> one = StatusAsync(other);
        await measurements.ReachesAsync("kernelgen.requests", "translate rejected", 26);
        gate.Open();
        Assert.Equal(answered == 6 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await one);
        await Task.WhenAll(many);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using HttpResponseMessage response = await client.PostAsync("/translate", new StringContent("""{"texts": ["狗追猫。"]}""", System.Text.Encoding.UTF8, "application/json"));
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

using System.Net;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>What a service takes from its clients, and how much of it: <c>builder.AddServiceLimits(limits => ...)</c>.</summary>
public sealed class ServiceLimits
{
    /// <summary>The largest body of a request, in bytes. Default: 64 KiB, which is much text and no sound.</summary>
    public long MaxBodyBytes { get; set; } = 64 * 1024;

    /// <summary>Within what time the header of a request must come. Default: 10 s.</summary>
    public TimeSpan HeaderTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Within what time the largest body must come, or a little later; a smaller one, which comes more slowly, has the same time. <see langword="null"/> for what Kestrel
    /// asks. At least 2 s. Default: 10 s.
    /// </summary>
    public TimeSpan? BodyTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Within what time a request of a limited endpoint must be answered, its wait included; <see langword="null"/> for any. Default: 30 s.</summary>
    public TimeSpan? RequestTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many requests of one client, which is an IP address or an IPv6 network of 64 bits, may run or wait at once on limited endpoints; more are answered with status
    /// 429. <see langword="null"/> for any number. Default: 64.
    /// </summary>
    public int? ClientRequests { get; set; } = 64;

    /// <summary>How many connections there may be at once; more are closed. <see langword="null"/> for any number. Default: 20,000.</summary>
    public int? MaxConnections { get; set; } = 20_000;

    /// <summary>When a request that is turned away should come again (<c>Retry-After</c>). Default: in a second.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a shutdown waits for requests that run. Default: 30 s.</summary>
    public TimeSpan ShutdownTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Keys of which a request for work must have one; empty, the default, where none is asked for.</summary>
    public IList<string> ApiKeys { get; } = [];

    /// <summary>
    /// The proxies that are believed when they say whom they ask for (<c>X-Forwarded-For</c>). Empty, the default, where a client is whoever is connected.
    /// </summary>
    public IList<IPNetwork> Proxies { get; } = [];

    /// <summary>
    /// The names under which the service answers, with semicolons between them, unless the setting <c>AllowedHosts</c> says others. Default: those of this computer. So no
    /// page of somebody else's whose name leads here can ask it. <c>*</c> for any.
    /// </summary>
    public string Hosts { get; set; } = "localhost;127.0.0.1;[::1]";

    /// <summary>Where the service describes its requests, such as <c>/openapi/v1.json</c>: what is said of a body that cannot be read names it. Default: nowhere.</summary>
    public string? DescriptionPath { get; set; }

    /// <exception cref="ArgumentOutOfRangeException">A limit is out of range.</exception>
    internal void Check()
    {
        CheckRange(nameof(MaxBodyBytes), MaxBodyBytes, 1, int.MaxValue);
        CheckTime(nameof(HeaderTime), HeaderTime, 1);
        CheckTime(nameof(BodyTime), BodyTime, 2);
        CheckTime(nameof(RequestTime), RequestTime, 1);
        CheckRange(nameof(ClientRequests), ClientRequests ?? 1, 1, int.MaxValue);
        CheckRange(nameof(MaxConnections), MaxConnections ?? 1, 1, int.MaxValue);
        CheckTime(nameof(RetryAfter), RetryAfter, 1);
        CheckTime(nameof(ShutdownTime), ShutdownTime, 0);
    }

    private static void CheckTime(string name, TimeSpan? time, int leastSeconds)
    {
        if (time < TimeSpan.FromSeconds(leastSeconds) || time > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(name, time, $"{nameof(ServiceLimits)}.{name} goes from {leastSeconds} s to a day.");
        }
    }

    private static void CheckRange(string name, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{nameof(ServiceLimits)}.{name} goes from {least} to {most}.");
        }
    }
}

using System.Net;
using KernelGen.Extensions.AspNetCore;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>The section "Translate" of the configuration: <c>--Translate:Concurrency=4</c>, or the environment variable <c>Translate__Concurrency</c>.</summary>
internal sealed class ServiceSettings
{
    public const string Section = "Translate";

    /// <summary>The weights file, packed or safetensors, or <see langword="null"/> for the program's own weights.</summary>
    public string? Model { get; set; }

    /// <summary>The most texts that one request may bring.</summary>
    public int MaxTexts { get; set; } = 32;

    /// <summary>The most texts that a request may bring, and the queue takes on.</summary>
    public int MostTexts => Math.Min(MaxTexts, Queue);

    /// <summary>The widest beam that a request may ask for.</summary>
    public int MaxBeam { get; set; } = 8;

    /// <summary>How much work a request may ask for, in tokens of the source; <see cref="RequestWork"/> says how they are counted.</summary>
    public int MaxWork { get; set; } = 4096;

    /// <summary>How many batches of requests are worked on at once; each computes on one thread.</summary>
    public int Concurrency { get; set; } = Environment.ProcessorCount;

    /// <summary>How many texts may wait for their turn; more are turned away with status 429. A stream counts as one.</summary>
    public int Queue { get; set; } = 256;

    /// <summary>How many requests of one client, which is an IP address or an IPv6 network of 64 bits, may run or wait at once; more are turned away with status 429.</summary>
    public int ClientRequests { get; set; } = 64;

    /// <summary>How long a request that could begin waits for others to be translated with it, in milliseconds.</summary>
    public int BatchMilliseconds { get; set; }

    /// <summary>The most texts that are translated together.</summary>
    public int MaxBatch { get; set; } = 64;

    /// <summary>Keys of which a request for a translation must have one, with commas between them; unless given, none is asked for.</summary>
    public string ApiKeys { get; set; } = "";

    /// <summary>Within how many seconds the body of a request must come.</summary>
    public int BodySeconds { get; set; } = 10;

    /// <summary>Within how many seconds a request must be answered, from its arrival to the end of the answer.</summary>
    public int RequestSeconds { get; set; } = 30;

    /// <summary>How many connections there may be at once; more are closed.</summary>
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>When a request that was turned away should come again, in seconds.</summary>
    public int RetryAfterSeconds { get; set; } = 1;

    /// <summary>After how many seconds without work memory that a rush has left is given back.</summary>
    public int TrimSeconds { get; set; } = 10;

    /// <summary>
    /// The proxies that are believed when they say whom they ask for (<c>X-Forwarded-For</c>): addresses or networks such as <c>10.0.0.0/8</c>, with commas
    /// between them. Unless given, a client is whoever is connected.
    /// </summary>
    public string Proxies { get; set; } = "";

    /// <summary>How long a shutdown waits for requests that run, in seconds.</summary>
    public int ShutdownSeconds { get; set; } = 30;

    /// <exception cref="ArgumentException">A number is out of range, or a proxy is no address.</exception>
    public void Check()
    {
        _ = ProxyNetworks();
        CheckRange(nameof(MaxTexts), MaxTexts, 1, 1024);
        CheckRange(nameof(MaxBeam), MaxBeam, 1, 32);
        CheckRange(nameof(MaxWork), MaxWork, 1024, 1_000_000);
        CheckRange(nameof(Concurrency), Concurrency, 1, 1024);
        CheckRange(nameof(Queue), Queue, 1, 100_000);
        CheckRange(nameof(ClientRequests), ClientRequests, 1, 100_000);
        CheckRange(nameof(BatchMilliseconds), BatchMilliseconds, 0, 60_000);
        CheckRange(nameof(MaxBatch), MaxBatch, 1, 4096);
        CheckRange(nameof(BodySeconds), BodySeconds, 2, 3600);
        CheckRange(nameof(RequestSeconds), RequestSeconds, 1, 3600);
        CheckRange(nameof(MaxConnections), MaxConnections, 1, 1_000_000);
        CheckRange(nameof(RetryAfterSeconds), RetryAfterSeconds, 1, 3600);
        CheckRange(nameof(TrimSeconds), TrimSeconds, 1, 86_400);
        CheckRange(nameof(ShutdownSeconds), ShutdownSeconds, 0, 3600);
    }

    /// <summary>What the service takes from its clients.</summary>
    public void Limit(ServiceLimits limits)
    {
        limits.MaxBodyBytes = WebService.MaxRequestBytes;
        limits.HeaderTime = TimeSpan.FromSeconds(BodySeconds);
        limits.BodyTime = TimeSpan.FromSeconds(BodySeconds);
        limits.RequestTime = TimeSpan.FromSeconds(RequestSeconds);
        limits.ClientRequests = ClientRequests;
        limits.MaxConnections = MaxConnections;
        limits.RetryAfter = TimeSpan.FromSeconds(RetryAfterSeconds);
        limits.ShutdownTime = TimeSpan.FromSeconds(ShutdownSeconds);
        limits.DescriptionPath = WebService.OpenApiPath;
        foreach (string key in ApiKeys.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            limits.ApiKeys.Add(key);
        }

        foreach (IPNetwork network in ProxyNetworks())
        {
            limits.Proxies.Add(network);
        }
    }

    /// <summary>The networks of <see cref="Proxies"/>; an address alone is a network of one.</summary>
    /// <exception cref="ArgumentException">One is none.</exception>
    private IPNetwork[] ProxyNetworks() =>
        [.. Proxies.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static text =>
            IPNetwork.TryParse(text, out IPNetwork network) ? network
            : IPAddress.TryParse(text, out IPAddress? address) ? new IPNetwork(address, 8 * address.GetAddressBytes().Length)
            : throw new ArgumentException($"the setting {Section}:{nameof(Proxies)} has \"{text}\"; it takes addresses and networks such as 10.0.0.0/8, with commas between them."))];

    private static void CheckRange(string name, int value, int minimum, int maximum)
    {
        if (value < minimum || value > maximum)
        {
            throw new ArgumentOutOfRangeException(name, $"the setting {Section}:{name} is {value}; it goes from {minimum} to {maximum}.");
        }
    }
}

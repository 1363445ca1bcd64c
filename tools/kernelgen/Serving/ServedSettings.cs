using System.Net;

namespace KernelGen.Tool.Serving;

/// <summary>What the command line says of a service.</summary>
/// <param name="Url">Where it listens.</param>
/// <param name="Hosts">The names under which it answers; <see langword="null"/> for those of this computer.</param>
/// <param name="ApiKeys">The keys of which a request must have one; none where it needs none.</param>
/// <param name="Proxies">The proxies that are believed.</param>
/// <param name="Threads">How many threads work.</param>
/// <param name="Queue">How many texts, or files, may wait.</param>
/// <param name="RequestTime">Within what time a request for a translation is answered.</param>
internal sealed record ServedSettings(Uri Url, string? Hosts, IReadOnlyList<string> ApiKeys, IReadOnlyList<IPNetwork> Proxies, int Threads, int Queue, TimeSpan RequestTime);

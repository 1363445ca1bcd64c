using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace KernelGen.Extensions.Hosting.Tests.Registration;

/// <summary>Hosts that have nothing but what a test gives them.</summary>
internal static class EmptyHost
{
    /// <summary>A builder of a host with this configuration and nothing else.</summary>
    public static HostApplicationBuilder Configured(params (string Key, string Value)[] configuration)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(configuration.Select(static one => KeyValuePair.Create(one.Key, (string?)one.Value)));
        return builder;
    }
}

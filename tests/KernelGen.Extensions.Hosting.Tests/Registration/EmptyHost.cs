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

    /// <summary>Starts a host that cannot start.</summary>
    /// <typeparam name="TException">What must end its start.</typeparam>
    /// <param name="builder">The builder of the host.</param>
    public static async Task<TException> FailureOfStartAsync<TException>(this HostApplicationBuilder builder)
        where TException : Exception
    {
        using IHost host = builder.Build();
        return await Assert.ThrowsAsync<TException>(() => host.StartAsync(TestContext.Current.CancellationToken));
    }
}

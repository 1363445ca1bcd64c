using System.Net;
using System.Threading.RateLimiting;
using KernelGen.Extensions.AspNetCore;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Limits of a service: what it takes from its clients, and what it says when it does not.</summary>
public static class KernelGenWebApplicationExtensions
{
    /// <summary>The name of what bounds requests for work: their time, and how many a client has.</summary>
    private const string Policy = "KernelGen";

    /// <summary>
    /// Adds the limits of a service: sizes and times of bodies, times of answers, requests of a client, connections, keys, proxies, names of hosts; health checks that say when it
    /// stops; and problem details (RFC 9457) for what it turns away, in which clients of LibreTranslate find a field <c>error</c>. <see cref="UseServiceLimits"/> then applies them.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Changes the limits; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException">There is no builder.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of range.</exception>
    public static WebApplicationBuilder AddServiceLimits(this WebApplicationBuilder builder, Action<ServiceLimits>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var limits = new ServiceLimits();
        configure?.Invoke(limits);
        limits.Check();
        builder.Configuration["AllowedHosts"] ??= limits.Hosts;
        builder.WebHost.ConfigureKestrel(kestrel => LimitServer(kestrel, limits));
        IServiceCollection services = builder.Services;
        services.AddSingleton(limits);
        services.AddSingleton(new ApiKeys(limits.ApiKeys));
        services.Configure<FormOptions>(form => form.MultipartBodyLengthLimit = limits.MaxBodyBytes);
        services.Configure<HostOptions>(options => options.ShutdownTimeout = limits.ShutdownTime);
        services.AddHealthChecks().AddCheck<StoppingCheck>("stopping");
        services.AddRequestTimeouts(timeouts => timeouts.AddPolicy(Policy, new RequestTimeoutPolicy
        {
            Timeout = limits.RequestTime,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
            WriteTimeoutResponse = static context => context.RequestServices.GetRequiredService<RequestFailures>().ExpireAsync(context),
        }));
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = static (rejected, _) => rejected.HttpContext.RequestServices.GetRequiredService<RequestFailures>().RejectAsync(rejected.HttpContext);
            limiter.AddPolicy(Policy, context => limits.ClientRequests is { } most
                ? RateLimitPartition.GetConcurrencyLimiter(ClientAddress.Of(context), _ => new ConcurrencyLimiterOptions { PermitLimit = most })
                : RateLimitPartition.GetNoLimiter(IPAddress.None));
        });
        services.AddProblemDetails(static options => options.CustomizeProblemDetails = RequestFailures.Complete);
        services.AddSingleton<RequestFailures>();
        services.AddSingleton<IExceptionHandler>(static provider => provider.GetRequiredService<RequestFailures>());
        services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);
        services.Configure<ForwardedHeadersOptions>(options => BelieveProxies(options, limits));
        return builder;
    }

    /// <summary>Applies the limits that <see cref="AddServiceLimits"/> has added: before the endpoints, and before middleware that answers.</summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <exception cref="ArgumentNullException">There is no application.</exception>
    /// <exception cref="InvalidOperationException">No limits were added.</exception>
    public static WebApplication UseServiceLimits(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.Services.GetRequiredService<ServiceLimits>().Proxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }

        app.Use(ResponseHeaders.Add);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRequestTimeouts();
        app.UseRateLimiter();
        app.Use(JsonEncoding.Check);
        return app;
    }

    /// <summary>Limits an endpoint: its requests are answered within <see cref="ServiceLimits.RequestTime"/>, and a client has <see cref="ServiceLimits.ClientRequests"/> of them at once.</summary>
    /// <typeparam name="TBuilder">What builds the endpoint.</typeparam>
    /// <param name="endpoint">What builds the endpoint.</param>
    /// <returns>The same.</returns>
    /// <exception cref="ArgumentNullException">There is no endpoint.</exception>
    public static TBuilder WithServiceLimits<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        endpoint.WithRequestTimeout(Policy);
        return endpoint.RequireRateLimiting(Policy);
    }

    private static void LimitServer(KestrelServerOptions kestrel, ServiceLimits limits)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = limits.MaxBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = limits.HeaderTime;
        kestrel.Limits.MaxConcurrentConnections = limits.MaxConnections;
        if (limits.BodyTime is { } time)
        {
            // The largest body is here within that time, or a little later; a smaller one, which comes more slowly, when it is over.
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.MaxBodyBytes / time.TotalSeconds, time);
        }
    }

    private static void BelieveProxies(ForwardedHeadersOptions options, ServiceLimits limits)
    {
        if (limits.Proxies.Count == 0)
        {
            return;
        }

        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (System.Net.IPNetwork network in limits.Proxies)
        {
            options.KnownIPNetworks.Add(network);
        }
    }
}

using KernelGen.Audio;
using KernelGen.Extensions.AspNetCore;
using KernelGen.Extensions.Hosting;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Endpoints of models.</summary>
public static class KernelGenEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps what clients of LibreTranslate call: <c>POST /translate</c>, <c>POST /detect</c>, <c>GET /languages</c> and <c>GET /frontend/settings</c>. The registered
    /// <see cref="TextGenerationQueue"/> translates. It needs <c>AddLibreTranslate</c> and <see cref="KernelGenWebApplicationExtensions.AddServiceLimits"/>.
    /// </summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <returns>What adds conventions to all of them.</returns>
    /// <exception cref="ArgumentNullException">There are no endpoints.</exception>
    /// <exception cref="InvalidOperationException">Its services were not added.</exception>
    public static IEndpointConventionBuilder MapLibreTranslate(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        Require<LibreTranslateStart>(endpoints, "services.AddLibreTranslate()");
        Require<ServiceLimits>(endpoints, "builder.AddServiceLimits()");
        RouteGroupBuilder group = endpoints.MapGroup("");
        LibreTranslateEndpoints.Map(group);
        return group;
    }

    /// <summary>
    /// Maps what clients of OpenAI call with sound: <c>POST /v1/audio/transcriptions</c>, and <c>POST /v1/audio/translations</c> for English text, whatever is said. The registered
    /// <see cref="SpeechToText"/> transcribes. It needs <c>AddOpenAITranscriptions</c> and <see cref="KernelGenWebApplicationExtensions.AddServiceLimits"/>, whose
    /// <see cref="ServiceLimits.MaxBodyBytes"/> must be as large as files are.
    /// </summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <returns>What adds conventions to both of them.</returns>
    /// <exception cref="ArgumentNullException">There are no endpoints.</exception>
    /// <exception cref="InvalidOperationException">Its services were not added.</exception>
    public static IEndpointConventionBuilder MapOpenAITranscriptions(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        Require<TranscriptionService>(endpoints, "services.AddOpenAITranscriptions()");
        Require<ServiceLimits>(endpoints, "builder.AddServiceLimits()");
        RouteGroupBuilder group = endpoints.MapGroup("");
        group.MapPost("/v1/audio/transcriptions", static (HttpContext context, TranscriptionService service) => service.AnswerAsync(context, TranscriptionTask.Transcribe));
        group.MapPost("/v1/audio/translations", static (HttpContext context, TranscriptionService service) => service.AnswerAsync(context, TranscriptionTask.Translate));
        return group;
    }

    /// <summary>
    /// Maps the health checks as clients of LibreTranslate read them: status 200 and <c>{"status":"ok"}</c> with what each check says, 503 once the service is stopping or a check
    /// fails.
    /// </summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="pattern">The path.</param>
    /// <returns>What adds conventions to it.</returns>
    /// <exception cref="ArgumentNullException">There are no endpoints.</exception>
    public static IEndpointConventionBuilder MapServiceHealth(this IEndpointRouteBuilder endpoints, string pattern = "/health")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints.MapHealthChecks(pattern, new HealthCheckOptions { ResponseWriter = HealthAnswer.WriteAsync });
    }

    private static void Require<TService>(IEndpointRouteBuilder endpoints, string call)
    {
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(TService)) == false)
        {
            throw new InvalidOperationException($"These endpoints need services that were not added: call {call} before the application is built.");
        }
    }
}

using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using KernelGen.Samples.Translate;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>The service's endpoints.</summary>
internal static class TranslationEndpoints
{
    /// <summary>The name of the policy that limits how many requests are worked on at once.</summary>
    public const string ConcurrencyPolicy = "translations";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/translate", Translate)
            .WithName("translate")
            .WithSummary("Translates Chinese texts into English.")
            .Limited("translate");
        app.MapGet("/translate/stream", StreamQuery)
            .WithName("streamQuery")
            .WithSummary("Translates one text, and sends each token as it comes: server-sent events, as EventSource reads them.")
            .Limited("stream");
        app.MapPost("/translate/stream", StreamBody)
            .WithName("stream")
            .WithSummary("Translates one text, and sends each token as it comes: server-sent events.")
            .Limited("stream");
        app.MapGet("/health", Health)
            .WithName("health")
            .WithSummary("Whether the service is ready.")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static void Limited(this RouteHandlerBuilder endpoint, string name) => endpoint
        .WithMetadata(new MeasuredEndpoint(name))
        .RequireRateLimiting(ConcurrencyPolicy)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static Results<Ok<TranslationResponse>, ValidationProblem> Translate(
        TranslationRequest request, TranslationService translations, ServiceSettings settings, CancellationToken aborted)
    {
        var errors = new Dictionary<string, string[]>();
        string?[] texts = request.Texts ?? [];
        if (texts.Length < 1 || texts.Length > settings.MaxTexts)
        {
            errors["texts"] = [$"There are {texts.Length} texts; a request brings 1 to {settings.MaxTexts}."];
            return TypedResults.ValidationProblem(errors);
        }

        for (int i = 0; i < texts.Length; i++)
        {
            if (translations.Check(texts[i]) is { } error)
            {
                errors[$"texts[{i}]"] = [error];
            }
        }

        if (request.Beam < 1 || request.Beam > settings.MaxBeam)
        {
            errors["beam"] = [$"The beam is {request.Beam}; it goes from 1 to {settings.MaxBeam}."];
        }
        else if (request.NBest < 1 || request.NBest > request.Beam)
        {
            errors["nBest"] = [$"nBest is {request.NBest}; with a beam of {request.Beam} it goes from 1 to {request.Beam}."];
        }

        if (errors.Count > 0)
        {
            return TypedResults.ValidationProblem(errors);
        }

        var options = new GenerationOptions { BeamSize = request.Beam, HypothesisCount = request.NBest, ReturnCrossAttention = request.Attention };
        return TypedResults.Ok(new TranslationResponse(translations.Translate(texts!, options, aborted)));
    }

    private static Results<ServerSentEventsResult<TranslationEvent>, ValidationProblem> StreamBody(StreamRequest request, TranslationService translations) =>
        Stream(request.Text, translations);

    private static Results<ServerSentEventsResult<TranslationEvent>, ValidationProblem> StreamQuery(string? text, TranslationService translations) =>
        Stream(text, translations);

    private static Results<ServerSentEventsResult<TranslationEvent>, ValidationProblem> Stream(string? text, TranslationService translations)
    {
        if (translations.Check(text) is { } error)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["text"] = [error] });
        }

        return TypedResults.ServerSentEvents(Events(translations, text!));
    }

    private static async IAsyncEnumerable<SseItem<TranslationEvent>> Events(
        TranslationService translations, string text, [EnumeratorCancellation] CancellationToken aborted = default)
    {
        await foreach (TranslationEvent next in translations.StreamAsync(text, aborted).ConfigureAwait(false))
        {
            yield return new SseItem<TranslationEvent>(next, next is DoneEvent ? "done" : "token");
        }
    }

    /// <summary>The model is loaded before the server listens; here it proves that it computes, too.</summary>
    private static Results<Ok<HealthResponse>, ProblemHttpResult> Health(Translator model, IHostApplicationLifetime lifetime)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return TypedResults.Problem("The service is shutting down.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        model.Encode([model.EndToken]);
        return TypedResults.Ok(new HealthResponse("ready", model.InstructionSet.ToString()));
    }
}

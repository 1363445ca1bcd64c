using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using KernelGen.Extensions.AspNetCore;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>The service's endpoints.</summary>
internal static class TranslationEndpoints
{
    private const string NoText = "There is no text to translate. Send a Chinese sentence.";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/translations", Translate)
            .WithName("translations")
            .WithSummary("Translates Chinese texts into English, and tells how: sentences, other translations, where the model looked.")
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .Limited()
            .WithBody();
        app.MapGet("/translate/stream", StreamQuery)
            .WithName("streamQuery")
            .WithSummary("Translates one text, and sends each token as it comes: server-sent events, as EventSource reads them.")
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .Limited();
        app.MapPost("/translate/stream", StreamBody)
            .WithName("stream")
            .WithSummary("Translates one text, and sends each token as it comes: server-sent events.")
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .Limited()
            .WithBody();
    }

    /// <summary>Limits an endpoint, and describes what may then be answered.</summary>
    private static RouteHandlerBuilder Limited(this RouteHandlerBuilder endpoint) => endpoint
        .WithServiceLimits()
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    /// <summary>What can be wrong with a body.</summary>
    private static void WithBody(this RouteHandlerBuilder endpoint) => endpoint
        .ProducesProblem(StatusCodes.Status408RequestTimeout)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>What is to be said of more work than one request may ask for.</summary>
    private static string? CheckWork(long work, ServiceSettings settings) => work > settings.MaxWork
        ? string.Create(CultureInfo.InvariantCulture, $"This is too much for one request: it counts as {work} tokens, of at most {settings.MaxWork}. Send less text, a narrower beam, or do without attention.")
        : null;

    private static async Task<Results<Ok<TranslationResponse>, ValidationProblem, ProblemHttpResult>> Translate(
        TranslationRequest request, TranslationService translations, ApiKeys keys, ServiceSettings settings, HttpContext context)
    {
        if (!keys.Admit(context))
        {
            return ApiKeys.Refusal();
        }

        var errors = new Dictionary<string, string[]>();
        string?[] texts = request.Texts ?? [];
        if (texts.Length < 1 || texts.Length > settings.MostTexts)
        {
            errors["texts"] = [$"There are {texts.Length} texts; a request brings 1 to {settings.MostTexts}."];
            return TypedResults.ValidationProblem(errors);
        }

        for (int i = 0; i < texts.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(texts[i]))
            {
                errors[$"texts[{i}]"] = [NoText];
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
        if (CheckWork(translations.WorkOf(texts!, options), settings) is { } tooMuch)
        {
            errors["texts"] = [tooMuch];
            return TypedResults.ValidationProblem(errors);
        }

        return TypedResults.Ok(new TranslationResponse(await translations.TranslateAsync(texts!, options, context.RequestAborted)));
    }

    private static Results<ServerSentEventsResult<TranslationEvent>, ValidationProblem, ProblemHttpResult> StreamBody(
        StreamRequest request, TranslationService translations, ApiKeys keys, ServiceSettings settings, HttpContext context) =>
        Stream(request.Text, translations, keys, settings, context);

    private static Results<ServerSentEventsResult<TranslationEvent>, ValidationProblem, ProblemHttpResult> StreamQuery(
        string? text, TranslationService translations, ApiKeys keys, ServiceSettings settings, HttpContext context) =>
        Stream(text, translations, keys, settings, context);

    private static Results<ServerSentEventsResult<TranslationEvent>, ValidationProblem, ProblemHttpResult> Stream(
        string? text, TranslationService translations, ApiKeys keys, ServiceSettings settings, HttpContext context)
    {
        if (!keys.Admit(context))
        {
            return ApiKeys.Refusal();
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["text"] = [NoText] });
        }

        if (CheckWork(translations.WorkOf([text], TranslationService.StreamOptions), settings) is { } tooMuch)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["text"] = [tooMuch] });
        }

        return TypedResults.ServerSentEvents(Events(translations.StreamAsync(text, context.RequestAborted)));
    }

    private static async IAsyncEnumerable<SseItem<TranslationEvent>> Events(IAsyncEnumerable<TranslationEvent> events, [EnumeratorCancellation] CancellationToken aborted = default)
    {
        await foreach (TranslationEvent next in events.WithCancellation(aborted).ConfigureAwait(false))
        {
            yield return new SseItem<TranslationEvent>(next, next switch { TokenEvent => "token", SentenceEvent => "sentence", _ => "done" });
        }
    }
}

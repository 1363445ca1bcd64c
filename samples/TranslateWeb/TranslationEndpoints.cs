using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using KernelGen.Samples.Translate;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>The service's endpoints.</summary>
internal static class TranslationEndpoints
{
    private const string NoText = "There is no text to translate. Send a Chinese sentence.";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/translate", Translate)
            .WithName("translate")
            .WithSummary("Translates Chinese texts into English.")
            .Limited("translate")
            .WithBody();
        app.MapGet("/translate/stream", StreamQuery)
            .WithName("streamQuery")
            .WithSummary("Translates one text, and sends each token as it comes: server-sent events, as EventSource reads them.")
            .Limited("stream");
        app.MapPost("/translate/stream", StreamBody)
            .WithName("stream")
            .WithSummary("Translates one text, and sends each token as it comes: server-sent events.")
            .Limited("stream")
            .WithBody();
        app.MapGet("/health", Health)
            .WithName("health")
            .WithSummary("Whether the service is ready.")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        app.MapMethods("/health", [HttpMethods.Head], Health).ExcludeFromDescription();
    }

    private static RouteHandlerBuilder Limited(this RouteHandlerBuilder endpoint, string name) => endpoint
        .WithMetadata(new MeasuredEndpoint(name))
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static void WithBody(this RouteHandlerBuilder endpoint) => endpoint
        .ProducesProblem(StatusCodes.Status408RequestTimeout)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    private static async Task<Results<Ok<TranslationResponse>, ValidationProblem, ProblemHttpResult>> Translate(
        TranslationRequest request, TranslationService translations, ServiceSettings settings, TurnQueue turns, HttpContext context)
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

        // The turn is for the computation alone: its answer may be read as slowly as the client likes.
        using IDisposable? turn = await turns.EnterAsync(ClientAddress.Of(context), context.RequestAborted);
        return turn is null
            ? Busy(context, settings)
            : TypedResults.Ok(new TranslationResponse(translations.Translate(texts!, options, context.RequestAborted)));
    }

    private static Task<Results<ServerSentEventsResult<TranslationEvent>, ValidationProblem, ProblemHttpResult>> StreamBody(
        StreamRequest request, TranslationService translations, ServiceSettings settings, TurnQueue turns, HttpContext context) =>
        Stream(request.Text, translations, settings, turns, context);

    private static Task<Results<ServerSentEventsResult<TranslationEvent>, ValidationProblem, ProblemHttpResult>> StreamQuery(
        string? text, TranslationService translations, ServiceSettings settings, TurnQueue turns, HttpContext context) =>
        Stream(text, translations, settings, turns, context);

    private static async Task<Results<ServerSentEventsResult<TranslationEvent>, ValidationProblem, ProblemHttpResult>> Stream(
        string? text, TranslationService translations, ServiceSettings settings, TurnQueue turns, HttpContext context)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["text"] = [NoText] });
        }

        if (CheckWork(translations.WorkOf([text], TranslationService.StreamOptions), settings) is { } tooMuch)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["text"] = [tooMuch] });
        }

        IDisposable? turn = await turns.EnterAsync(ClientAddress.Of(context), context.RequestAborted);
        return turn is null ? Busy(context, settings) : TypedResults.ServerSentEvents(Events(translations.StreamAsync(text, turn, context.RequestAborted)));
    }

    private static string? CheckWork(long work, ServiceSettings settings) => work > settings.MaxWork
        ? string.Create(CultureInfo.InvariantCulture, $"This is too much for one request: it counts as {work} tokens, of at most {settings.MaxWork}. Send less text, a narrower beam, or do without attention.")
        : null;

    private static ProblemHttpResult Busy(HttpContext context, ServiceSettings settings)
    {
        context.Response.Headers.RetryAfter = settings.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(
            $"More requests are waiting than it takes on. Try again in {settings.RetryAfterSeconds} s.", statusCode: StatusCodes.Status429TooManyRequests, title: "The service is busy.");
    }

    private static async IAsyncEnumerable<SseItem<TranslationEvent>> Events(IAsyncEnumerable<TranslationEvent> events, [EnumeratorCancellation] CancellationToken aborted = default)
    {
        await foreach (TranslationEvent next in events.WithCancellation(aborted).ConfigureAwait(false))
        {
            yield return new SseItem<TranslationEvent>(next, next switch { TokenEvent => "token", SentenceEvent => "sentence", _ => "done" });
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

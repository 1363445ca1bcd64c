using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>The endpoints that clients of LibreTranslate call.</summary>
internal static class LibreTranslateEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/translate", static (LibreTranslateRequest request, LibreTranslateService service, HttpContext context) => service.TranslateAsync(request, context))
            .WithName("translate")
            .WithSummary("Translates texts, as LibreTranslate does.")
            .WithBody()
            .Produces<LibreTranslateResponse>();
        app.MapPost("/detect", static (LibreTranslateRequest request, LibreTranslateService service, HttpContext context) => service.Detect(request, context))
            .WithName("detect")
            .WithSummary("Says how much of a text can be in the language that the service reads, where it reads one alone.")
            .WithBody()
            .Produces<DetectedLanguage[]>()
            .ProducesProblem(StatusCodes.Status501NotImplemented);
        app.MapGet("/languages", static (LibreTranslateService service) => Results.Json(service.Languages, LibreTranslateJson.Readable.LanguageArray))
            .WithName("languages")
            .WithSummary("The languages.")
            .Produces<Language[]>();
        app.MapGet("/frontend/settings", static (LibreTranslateService service) => Results.Json(service.Settings, LibreTranslateJson.Readable.FrontendSettings))
            .WithName("frontendSettings")
            .WithSummary("What a page asks before it begins.")
            .Produces<FrontendSettings>();
    }

    /// <summary>What comes with a body, and can be wrong with it.</summary>
    private static RouteHandlerBuilder WithBody(this RouteHandlerBuilder endpoint) => endpoint
        .Accepts<LibreTranslateRequest>("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
        .DisableAntiforgery()
        .WithServiceLimits()
        .ProducesValidationProblem()
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status408RequestTimeout)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
}

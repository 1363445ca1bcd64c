using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>Says what is wrong with a request that cannot be read, and where.</summary>
internal sealed class BadRequestHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
        {
            return false;
        }

        httpContext.Response.StatusCode = bad.StatusCode;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = new ProblemDetails
            {
                Status = bad.StatusCode,
                Title = "The request cannot be read.",
                Detail = bad switch
                {
                    { InnerException: JsonException json } => Describe(json),
                    { StatusCode: StatusCodes.Status400BadRequest } => $"The body is missing or incomplete. {WebService.OpenApiPath} describes what is expected.",
                    _ => bad.Message,
                },
            },
        });
    }

    private static string Describe(JsonException exception)
    {
        string place = exception.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? $" at \"{path[2..]}\"" : "";
        string line = exception is { LineNumber: { } row, BytePositionInLine: { } column } ? $", in line {row + 1}, byte {column + 1}" : "";
        return $"The body is not the JSON that was expected{place}{line}. {WebService.OpenApiPath} describes what is.";
    }
}

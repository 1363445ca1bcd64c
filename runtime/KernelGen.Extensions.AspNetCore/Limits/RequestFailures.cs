using System.Globalization;
using System.Text.Json;
using KernelGen.Extensions.Hosting;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>Says what is wrong with a request that cannot be read, and where; and when one that is turned away should come again.</summary>
internal sealed class RequestFailures(IProblemDetailsService problems, ServiceLimits limits) : IExceptionHandler
{
    private string RetrySeconds => Seconds(TimeSpan.FromSeconds(Math.Ceiling(limits.RetryAfter.TotalSeconds)));

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        ProblemDetails? problem = exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } slow => Unread(slow, Slow(limits)),
            BadHttpRequestException { InnerException: JsonException json } bad => Unread(bad, Describe(json)),
            BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad => Unread(bad, $"The body is missing or incomplete.{Where("is expected")}"),
            BadHttpRequestException bad => Unread(bad, bad.Message),
            QueueFullException => Busy(StatusCodes.Status429TooManyRequests, $"More requests are waiting than it takes on. Try again in {RetrySeconds} s."),
            QueueStoppedException => Busy(StatusCodes.Status503ServiceUnavailable, "The service is shutting down."),
            _ => null,
        };
        return problem is not null && await WriteAsync(httpContext, problem).ConfigureAwait(false);
    }

    /// <summary>The answer to a client that has more requests running than one may have.</summary>
    public async ValueTask RejectAsync(HttpContext context) =>
        await WriteAsync(context, Busy(StatusCodes.Status429TooManyRequests, $"You have {limits.ClientRequests} requests running; a client may have no more. Try again in {RetrySeconds} s.")).ConfigureAwait(false);

    /// <summary>The answer to a request that took too long.</summary>
    public async Task ExpireAsync(HttpContext context) => await WriteAsync(context, new ProblemDetails
    {
        Status = StatusCodes.Status503ServiceUnavailable,
        Title = "The request took too long.",
        Detail = $"It was not done within {Seconds(limits.RequestTime)} s. Send less at once, or try again when the service is less busy.",
    }).ConfigureAwait(false);

    /// <summary>
    /// Completes what is said of any failure: clients of LibreTranslate look for it in a field "error"; and where the framework's own reader of JSON met the end of its patience, it
    /// gives a status and no reason.
    /// </summary>
    public static void Complete(ProblemDetailsContext context)
    {
        ProblemDetails problem = context.ProblemDetails;
        if (problem is { Status: StatusCodes.Status408RequestTimeout, Detail: null })
        {
            problem.Detail = Slow(context.HttpContext.RequestServices.GetRequiredService<ServiceLimits>());
        }

        problem.Extensions["error"] = problem is HttpValidationProblemDetails { Errors.Count: > 0 } validation
            ? string.Join(' ', validation.Errors.Values.SelectMany(static messages => messages))
            : problem.Detail ?? problem.Title;
    }

    private static string Slow(ServiceLimits limits) => limits.BodyTime is { } time ? $"The body did not come within {Seconds(time)} s." : "The body came too slowly.";

    private static string Seconds(TimeSpan? time) => time!.Value.TotalSeconds.ToString("0.##", CultureInfo.InvariantCulture);

    private static ProblemDetails Unread(BadHttpRequestException bad, string detail) => new() { Status = bad.StatusCode, Title = "The request cannot be read.", Detail = detail };

    private static ProblemDetails Busy(int status, string detail) => new() { Status = status, Title = "The service is busy.", Detail = detail };

    private string Describe(JsonException exception)
    {
        string place = exception.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? $" at \"{path[2..]}\"" : "";
        string line = exception is { LineNumber: { } row, BytePositionInLine: { } column } ? $", in line {row + 1}, byte {column + 1}" : "";
        return $"The body is not the JSON that was expected{place}{line}.{Where("is")}";
    }

    private string Where(string what) => limits.DescriptionPath is { } path ? $" {path} describes what {what}." : "";

    private async ValueTask<bool> WriteAsync(HttpContext context, ProblemDetails problem)
    {
        context.Response.StatusCode = problem.Status!.Value;
        if (problem.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetrySeconds;
        }

        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem }).ConfigureAwait(false);
    }
}

using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>What a request for a translation may take: its body is here whole, and soon, before it waits for its turn; and it has an end.</summary>
internal sealed class RequestLimits(ServiceSettings settings, IProblemDetailsService problems)
{
    /// <summary>Marks a request that was ended because it took too long.</summary>
    public static readonly object Expired = new();

    /// <summary>Middleware: applies to the endpoints that are marked with a <see cref="MeasuredEndpoint"/>.</summary>
    public async Task Apply(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<MeasuredEndpoint>() is null)
        {
            await next(context);
            return;
        }

        CancellationToken aborted = context.RequestAborted;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        deadline.CancelAfter(TimeSpan.FromSeconds(settings.RequestSeconds));
        context.RequestAborted = deadline.Token;
        try
        {
            if (HttpMethods.IsPost(context.Request.Method))
            {
                CheckEncoding(context.Request);
                context.Request.Body = await ReadBodyAsync(context);
            }

            await next(context);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            context.Items[Expired] = true;
            context.RequestAborted = aborted;
            await EndAsync(context);
        }
        finally
        {
            context.RequestAborted = aborted;
        }
    }

    /// <summary>Reads the body to its end; a client that is slow keeps nobody else waiting.</summary>
    private async Task<Stream> ReadBodyAsync(HttpContext context)
    {
        CancellationToken aborted = context.RequestAborted;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        deadline.CancelAfter(TimeSpan.FromSeconds(settings.BodySeconds));
        var body = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(body, deadline.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            context.Items[Expired] = true;
            context.Response.Headers.Connection = "close";
            throw new BadHttpRequestException(
                string.Create(CultureInfo.InvariantCulture, $"The body did not come within {settings.BodySeconds} s."), StatusCodes.Status408RequestTimeout);
        }

        body.Position = 0;
        return body;
    }

    /// <summary>JSON is in UTF-8 (RFC 8259). The reader takes the name of an encoding that it does not know, or that is in quotes, for a mistake of the program.</summary>
    private static void CheckEncoding(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) || !type.Charset.HasValue)
        {
            return;
        }

        if (!HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            throw new BadHttpRequestException("The body is not in UTF-8. Send JSON in UTF-8.", StatusCodes.Status415UnsupportedMediaType);
        }

        type.Charset = default;
        request.ContentType = type.ToString();
    }

    private async Task EndAsync(HttpContext context)
    {
        // An answer that has begun can only break off.
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = settings.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = context,
            ProblemDetails =
            {
                Status = StatusCodes.Status503ServiceUnavailable,
                Title = "The request took too long.",
                Detail = $"It was not done within {settings.RequestSeconds} s. Send less at once, or try again when the service is less busy.",
            },
        });
    }
}

using Microsoft.AspNetCore.Http;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>Middleware: browsers take each answer for what it says it is, and keep none that does not say that they may.</summary>
internal static class ResponseHeaders
{
    /// <summary>Adds the headers to an answer as it begins.</summary>
    public static Task Add(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(
            static state =>
            {
                IHeaderDictionary headers = ((HttpResponse)state).Headers;
                headers.XContentTypeOptions = "nosniff";
                if (headers.CacheControl.Count == 0)
                {
                    headers.CacheControl = "no-store";
                }

                return Task.CompletedTask;
            },
            context.Response);
        return next(context);
    }
}

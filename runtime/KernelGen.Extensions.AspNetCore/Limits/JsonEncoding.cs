using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>JSON is in UTF-8 (RFC 8259). The framework's reader takes the name of an encoding that it does not know, or that is in quotes, for a mistake of the program.</summary>
internal static class JsonEncoding
{
    /// <summary>Middleware: refuses bodies in another encoding.</summary>
    /// <exception cref="BadHttpRequestException">The body names another.</exception>
    public static Task Check(HttpContext context, RequestDelegate next)
    {
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out MediaTypeHeaderValue? type) && type.Charset.HasValue)
        {
            if (!HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            {
                throw new BadHttpRequestException("The body is not in UTF-8. Send it in UTF-8.", StatusCodes.Status415UnsupportedMediaType);
            }

            type.Charset = default;
            context.Request.ContentType = type.ToString();
        }

        return next(context);
    }
}

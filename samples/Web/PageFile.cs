using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace KernelGen.Samples.Web;

/// <summary>One file of a page. A browser keeps it, and asks each time whether it is still the same.</summary>
/// <param name="text">What is in it.</param>
/// <param name="contentType">Its type.</param>
/// <param name="permissionsPolicy">What of a computer the page may use; <see langword="null"/> where it says nothing.</param>
internal sealed class PageFile(string text, string contentType, string? permissionsPolicy = null)
{
    /// <summary>Nothing but the page's own files, and no one else's frame around it.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);
    private readonly EntityTagHeaderValue _tag = new($"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]}\"");

    public FileContentHttpResult Send(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        if (permissionsPolicy is not null)
        {
            headers["Permissions-Policy"] = permissionsPolicy;
        }

        headers["Referrer-Policy"] = "no-referrer";
        return TypedResults.Bytes(_bytes, contentType, entityTag: _tag);
    }
}

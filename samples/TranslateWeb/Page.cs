using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>The page for people: its files are inside the program.</summary>
internal sealed class Page(TranslationService translations)
{
    /// <summary>Nothing but the page's own files, and no one else's frame around it.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly PageFile _html = new(
        Read("index.html").Replace("{{MaxCharacters}}", translations.MaxStreamCharacters.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
        "text/html; charset=utf-8");

    private readonly PageFile _styles = new(Read("page.css"), "text/css; charset=utf-8");
    private readonly PageFile _script = new(Read("page.js"), "text/javascript; charset=utf-8");
    private readonly PageFile _serviceScript = new(Read("service.js"), "text/javascript; charset=utf-8");
    private readonly PageFile _wordsScript = new(Read("words.js"), "text/javascript; charset=utf-8");

    public static void Map(IEndpointRouteBuilder app)
    {
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods("/", methods, static (Page page, HttpContext context) => page._html.Send(context)).ExcludeFromDescription();
        app.MapMethods("/page.css", methods, static (Page page, HttpContext context) => page._styles.Send(context)).ExcludeFromDescription();
        app.MapMethods("/page.js", methods, static (Page page, HttpContext context) => page._script.Send(context)).ExcludeFromDescription();
        app.MapMethods("/service.js", methods, static (Page page, HttpContext context) => page._serviceScript.Send(context)).ExcludeFromDescription();
        app.MapMethods("/words.js", methods, static (Page page, HttpContext context) => page._wordsScript.Send(context)).ExcludeFromDescription();
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(Resources.Open(name), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>One file. A browser keeps it, and asks each time whether it is still the same.</summary>
    private sealed class PageFile(string text, string contentType)
    {
        private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);
        private readonly EntityTagHeaderValue _tag = new($"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]}\"");

        public FileContentHttpResult Send(HttpContext context)
        {
            IHeaderDictionary headers = context.Response.Headers;
            headers.CacheControl = "no-cache";
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers["Referrer-Policy"] = "no-referrer";
            return TypedResults.Bytes(_bytes, contentType, entityTag: _tag);
        }
    }
}

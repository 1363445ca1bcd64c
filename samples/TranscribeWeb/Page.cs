using System.Net;
using System.Security.Cryptography;
using System.Text;
using KernelGen.Audio;
using KernelGen.Samples.Transcribe.Models;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace KernelGen.Samples.TranscribeWeb;

/// <summary>The page for people: its files are inside the program.</summary>
internal sealed class Page(DeclaredModel model)
{
    /// <summary>Nothing but the page's own files, and no one else's frame around it.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly PageFile _html = new(Read("index.html").Replace("{{Languages}}", Languages(model), StringComparison.Ordinal), "text/html; charset=utf-8");
    private readonly PageFile _styles = new(Read("page.css"), "text/css; charset=utf-8");
    private readonly PageFile _script = new(Read("page.js"), "text/javascript; charset=utf-8");
    private readonly PageFile _soundScript = new(Read("sound.js"), "text/javascript; charset=utf-8");
    private readonly PageFile _recorderScript = new(Read("recorder.js"), "text/javascript; charset=utf-8");

    public static void Map(IEndpointRouteBuilder app)
    {
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods("/", methods, static (Page page, HttpContext context) => page._html.Send(context));
        app.MapMethods("/page.css", methods, static (Page page, HttpContext context) => page._styles.Send(context));
        app.MapMethods("/page.js", methods, static (Page page, HttpContext context) => page._script.Send(context));
        app.MapMethods("/sound.js", methods, static (Page page, HttpContext context) => page._soundScript.Send(context));
        app.MapMethods("/recorder.js", methods, static (Page page, HttpContext context) => page._recorderScript.Send(context));
    }

    /// <summary>What a person can choose from.</summary>
    private static string Languages(DeclaredModel model) => model.Hears == HeardLanguages.English
        ? """<option value="en">English</option>"""
        : """<option value="">Told by the model</option>""" + string.Concat(SpeechLanguages.All
            .OrderBy(static language => language.EnglishName, StringComparer.Ordinal)
            .Select(static language => $"""<option value="{language.Code}">{WebUtility.HtmlEncode(char.ToUpperInvariant(language.EnglishName[0]) + language.EnglishName[1..])}</option>"""));

    private static string Read(string name)
    {
        using Stream stream = typeof(Page).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"this program was built without its resource {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
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
            headers["Permissions-Policy"] = "microphone=(self)";
            headers["Referrer-Policy"] = "no-referrer";
            return TypedResults.Bytes(_bytes, contentType, entityTag: _tag);
        }
    }
}

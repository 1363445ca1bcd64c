using System.Net;
using System.Text;
using KernelGen.Audio;
using KernelGen.Samples.Transcribe.Models;
using KernelGen.Samples.Web;

namespace KernelGen.Samples.TranscribeWeb;

/// <summary>The page for people: its files are inside the program.</summary>
internal sealed class Page(DeclaredModel model)
{
    private readonly PageFile _html = File(Read("index.html").Replace("{{Languages}}", Languages(model), StringComparison.Ordinal), "text/html; charset=utf-8");
    private readonly PageFile _styles = File(Read("page.css"), "text/css; charset=utf-8");
    private readonly PageFile _script = File(Read("page.js"), "text/javascript; charset=utf-8");
    private readonly PageFile _soundScript = File(Read("sound.js"), "text/javascript; charset=utf-8");
    private readonly PageFile _recorderScript = File(Read("recorder.js"), "text/javascript; charset=utf-8");

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

    private static PageFile File(string text, string contentType) => new(text, contentType, permissionsPolicy: "microphone=(self)");

    private static string Read(string name)
    {
        using Stream stream = typeof(Page).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"this program was built without its resource {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

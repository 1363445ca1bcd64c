using System.Globalization;
using System.Text;
using KernelGen.Samples.Web;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>The page for people: its files are inside the program.</summary>
internal sealed class Page(TranslationService translations)
{
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
}

using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>The body of <c>POST /translate</c>, and as far as it goes of <c>POST /detect</c>, as clients of LibreTranslate send it: JSON, or a form.</summary>
internal sealed record LibreTranslateRequest
{
    [JsonPropertyName("q"), Description("The text, or several.")]
    public TextOrTexts? Texts { get; init; }

    [JsonPropertyName("source"), Description("The code of a language of GET /languages; \"auto\" where the service reads one alone.")]
    public string? Source { get; init; }

    [JsonPropertyName("target"), Description("The code of the language to translate into.")]
    public string? Target { get; init; }

    [JsonPropertyName("format"), Description("\"text\", which it is unless given, or \"html\".")]
    public string? Format { get; init; }

    [JsonPropertyName("alternatives"), JsonNumberHandling(JsonNumberHandling.AllowReadingFromString), Description("How many other translations to return, too.")]
    public int Alternatives { get; init; }

    [JsonPropertyName("api_key"), Description("A key, where the service asks for one.")]
    public string? ApiKey { get; init; }

    /// <summary>Reads the body: what the framework calls to make a parameter of an endpoint.</summary>
    /// <exception cref="BadHttpRequestException">It cannot be read.</exception>
    public static async ValueTask<LibreTranslateRequest?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        HttpRequest request = context.Request;
        CancellationToken aborted = context.RequestAborted;
        if (request.HasFormContentType)
        {
            try
            {
                return Of(await request.ReadFormAsync(aborted).ConfigureAwait(false));
            }
            catch (Exception exception) when (exception is InvalidDataException or (IOException and not BadHttpRequestException))
            {
                throw new BadHttpRequestException("The form cannot be read.", exception);
            }
        }

        if (!request.HasJsonContentType())
        {
            throw new BadHttpRequestException("The body is neither JSON nor a form. Send application/json or application/x-www-form-urlencoded.", StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            return await request.ReadFromJsonAsync(LibreTranslateJson.Readable.LibreTranslateRequest, aborted).ConfigureAwait(false)
                ?? throw new BadHttpRequestException("The body is null.");
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException("The body is not the JSON that was expected.", exception);
        }
    }

    private static LibreTranslateRequest Of(IFormCollection form)
    {
        string? alternatives = form["alternatives"];
        int count = 0;
        if (!string.IsNullOrEmpty(alternatives) && !int.TryParse(alternatives, NumberStyles.None, CultureInfo.InvariantCulture, out count))
        {
            throw new BadHttpRequestException("\"alternatives\" is no number.");
        }

        return new LibreTranslateRequest
        {
            Texts = form["q"] is { Count: > 0 } texts ? new TextOrTexts([.. texts], IsList: texts.Count > 1) : null,
            Source = form["source"],
            Target = form["target"],
            Format = form["format"],
            Alternatives = count,
            ApiKey = form["api_key"],
        };
    }
}

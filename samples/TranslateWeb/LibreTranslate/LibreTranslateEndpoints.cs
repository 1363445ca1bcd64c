using System.Globalization;
using System.Text;
using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb.LibreTranslate;

/// <summary>The endpoints that clients of LibreTranslate call.</summary>
internal static class LibreTranslateEndpoints
{
    private const string Chinese = "zh";
    private const string English = "en";

    /// <summary>How long a page waits before it translates what somebody types, in milliseconds.</summary>
    private const int FrontendTimeout = 500;

    private static readonly string[] ChineseNames = [Chinese, "zh-Hans", "zh-CN", "auto"];

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/translate", Translate)
            .WithName("translate")
            .WithSummary("Translates Chinese texts into English, as LibreTranslate does.")
            .Accepts<LibreTranslateRequest>("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
            .Produces<LibreTranslateResponse>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .DisableAntiforgery()
            .Limited()
            .WithBody();
        app.MapGet("/languages", static () => TypedResults.Ok<Language[]>([new(Chinese, "Chinese", [English]), new(English, "English", [])]))
            .WithName("languages")
            .WithSummary("The languages.");
        app.MapGet("/frontend/settings", static (TranslationService translations, ApiKeys keys) => TypedResults.Ok(new FrontendSettings(
                keys.AreRequired,
                translations.MaxStreamCharacters,
                FilesTranslation: false,
                FrontendTimeout,
                keys.AreRequired,
                new FrontendLanguages(new FrontendLanguage(Chinese, "Chinese"), new FrontendLanguage(English, "English")),
                Suggestions: false,
                SupportedFilesFormat: [])))
            .WithName("frontendSettings")
            .WithSummary("What a page asks before it begins.");
    }

    private static async Task<IResult> Translate(LibreTranslateRequest request, TranslationService translations, ApiKeys keys, ServiceSettings settings, HttpContext context)
    {
        if (!keys.Admit(context, request.ApiKey))
        {
            return ApiKeys.Refusal();
        }

        string?[] texts = request.Texts?.Values ?? [];
        var errors = new Dictionary<string, string[]>();
        if (texts.Length < 1 || texts.Length > settings.MostTexts)
        {
            errors["q"] = [$"There are {texts.Length} texts; a request brings 1 to {settings.MostTexts}."];
        }
        else if (Array.Exists(texts, static text => text is null))
        {
            errors["q"] = ["A text is null."];
        }

        if (!ChineseNames.Contains(request.Source, StringComparer.OrdinalIgnoreCase))
        {
            errors["source"] = [$"{Shown(request.Source)} is not supported; the source is \"zh\", or \"auto\"."];
        }

        if (!English.Equals(request.Target, StringComparison.OrdinalIgnoreCase))
        {
            errors["target"] = [$"{Shown(request.Target)} is not supported; the target is \"en\"."];
        }

        if (request.Format is not (null or "" or "text"))
        {
            errors["format"] = [$"{Shown(request.Format)} is not supported; the format is \"text\"."];
        }

        if (request.Alternatives < 0 || request.Alternatives >= settings.MaxBeam)
        {
            errors["alternatives"] = [$"There are {request.Alternatives} alternatives; they go from 0 to {settings.MaxBeam - 1}."];
        }

        GenerationOptions options = translations.OptionsOf(1 + request.Alternatives);
        if (errors.Count == 0 && TranslationEndpoints.CheckWork(translations.WorkOf(texts!, options), settings) is { } tooMuch)
        {
            errors["q"] = [tooMuch];
        }

        if (errors.Count > 0)
        {
            return TypedResults.ValidationProblem(errors);
        }

        TextGenerationResult[] results = await translations.GenerateAsync(texts!, options, context.RequestAborted);
        string[] translated = [.. results.Select(static result => result.Text)];
        string[][]? alternatives = request.Alternatives == 0 ? null : [.. results.Zip(texts, (result, text) => Alternatives(result, text!))];
        DetectedLanguage[]? detected = "auto".Equals(request.Source, StringComparison.OrdinalIgnoreCase) ? [.. texts.Select(static text => Detect(text!))] : null;
        return request.Texts!.IsList
            ? TypedResults.Ok(new LibreTranslateListResponse(translated, alternatives, detected))
            : TypedResults.Ok(new LibreTranslateResponse(translated[0], alternatives?[0], detected?[0]));
    }

    private static string Shown(string? value) => value is null ? "Nothing" : $"\"{value}\"";

    /// <summary>Other translations of a text: of each sentence the second best, then the third, each text once.</summary>
    private static string[] Alternatives(TextGenerationResult result, string text)
    {
        var others = new List<string> { result.Text };
        for (int rank = 1; rank < result.Sentences.Max(static sentence => sentence.Hypotheses.Length); rank++)
        {
            var other = new StringBuilder();
            for (int i = 0; i < result.Sentences.Length; i++)
            {
                GeneratedSentence sentence = result.Sentences[i];
                other.Append(i == 0 ? "" : TranslationService.Separator(text, result.Sentences[i - 1], sentence));
                other.Append(sentence.Hypotheses[Math.Min(rank, sentence.Hypotheses.Length - 1)].Text);
            }

            if (!others.Contains(other.ToString()))
            {
                others.Add(other.ToString());
            }
        }

        return [.. others.Skip(1)];
    }

    /// <summary>This service knows one language; how sure it is of it are the letters that are its own.</summary>
    private static DetectedLanguage Detect(string text)
    {
        int letters = 0;
        int chinese = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsLetter(rune))
            {
                letters++;
                chinese += Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherLetter && rune.Value is (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF) ? 1 : 0;
            }
        }

        return new DetectedLanguage(letters == 0 ? 0 : 100 * chinese / letters, Chinese);
    }
}

using System.Globalization;
using KernelGen.Extensions.Hosting;
using KernelGen.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>Answers clients of LibreTranslate: checks what they ask for, and has the queue translate it.</summary>
internal sealed class LibreTranslateService
{
    private const string Auto = "auto";
    private const string Listed = "GET /languages lists what there is.";

    /// <summary>How long a page waits before it translates what somebody types, in milliseconds.</summary>
    private const int FrontendTimeout = 500;

    private readonly TextGenerationQueue _queue;
    private readonly LibreTranslateOptions _options;
    private readonly ApiKeys _keys;
    private readonly ServiceLanguages _languages;

    /// <exception cref="InvalidOperationException">The options and the model do not say which languages there are.</exception>
    public LibreTranslateService(TextGenerationQueue queue, IOptions<LibreTranslateOptions> options, ApiKeys keys)
    {
        _queue = queue;
        _options = options.Value;
        _keys = keys;
        _languages = new ServiceLanguages(queue.Generator, _options);
        Languages = _languages.List();
        ServiceLanguage source = ServiceLanguages.Find(_languages.Sources, "en") ?? _languages.Sources[0];
        ServiceLanguage target = _languages.Targets.FirstOrDefault(target => _languages.IsPair(source, target) && target.Code != source.Code) ?? _languages.Targets[0];
        Settings = new FrontendSettings(
            keys.AreRequired,
            _options.CharacterLimit ?? _options.MaxWork / 4,
            FilesTranslation: false,
            FrontendTimeout,
            keys.AreRequired,
            new FrontendLanguages(new FrontendLanguage(source.Code, source.Name), new FrontendLanguage(target.Code, target.Name)),
            Suggestions: false,
            SupportedFilesFormat: []);
    }

    /// <summary>The answer of <c>GET /languages</c>.</summary>
    public Language[] Languages { get; }

    /// <summary>The answer of <c>GET /frontend/settings</c>.</summary>
    public FrontendSettings Settings { get; }

    private int MostTexts => Math.Min(_options.MaxTexts, _queue.Capacity);

    /// <summary>Answers <c>POST /translate</c>.</summary>
    public async Task<IResult> TranslateAsync(LibreTranslateRequest request, HttpContext context)
    {
        if (!_keys.Admit(context, request.ApiKey))
        {
            return ApiKeys.Refusal();
        }

        Dictionary<string, string[]> errors = [];
        string?[] texts = CheckTexts(request, errors);
        bool isAuto = Auto.Equals(request.Source, StringComparison.OrdinalIgnoreCase);
        ServiceLanguage? source = isAuto ? _languages.OnlySource : ServiceLanguages.Find(_languages.Sources, request.Source);
        ServiceLanguage? target = ServiceLanguages.Find(_languages.Targets, request.Target);
        if (source is null)
        {
            errors["source"] = [isAuto ? $"\"{Auto}\" is not supported: the model is told the language of a text, and does not find it out. {Listed}" : Unsupported(request.Source, "source", _languages.Sources)];
        }

        if (target is null)
        {
            errors["target"] = [Unsupported(request.Target, "target", _languages.Targets)];
        }
        else if (source is not null && !_languages.IsPair(source, target))
        {
            errors["target"] = [$"\"{target.Code}\" is the language of the source, too. {Listed}"];
        }

        bool isHtml = request.Format is "html";
        if (!isHtml && request.Format is not (null or "" or "text"))
        {
            errors["format"] = [$"{Shown(request.Format)} is not supported; the format is \"text\" or \"html\"."];
        }

        if (request.Alternatives < 0 || request.Alternatives > _options.MaxAlternatives)
        {
            errors["alternatives"] = [$"There are {request.Alternatives} alternatives; they go from 0 to {_options.MaxAlternatives}."];
        }

        if (errors.Count > 0)
        {
            return TypedResults.ValidationProblem(errors);
        }

        // Of HTML there are no alternatives, as LibreTranslate has none.
        TranslationPair pair = _languages.Between(source!, target!);
        GenerationOptions options = pair.OptionsOf(isHtml ? 1 : 1 + request.Alternatives);
        HtmlText[] html = isHtml ? [.. texts.Select(static text => HtmlText.Read(text!))] : [];
        string[] asked = [.. (isHtml ? html.SelectMany(static one => one.Texts) : texts.Select(static text => text!)).Select(WithPrefix)];
        if (CheckWork(asked, pair.Generator, options) is { } tooMuch)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["q"] = [tooMuch] });
        }

        TextGenerationResult[] results = await _queue.GenerateAsync(pair.Generator, asked, options, context.RequestAborted).ConfigureAwait(false);
        string[] translated = isHtml ? Written(html, results) : [.. results.Select(static result => result.Text)];
        string[][]? alternatives = request.Alternatives == 0 ? null : isHtml ? [.. texts.Select(static _ => Array.Empty<string>())] : [.. results.Select(Alternatives)];
        DetectedLanguage[]? detected = isAuto ? [.. texts.Select((text, i) => Detected(source!, isHtml ? html[i].Texts : [text!]))] : null;
        return request.Texts!.IsList
            ? TypedResults.Json(new LibreTranslateListResponse(translated, alternatives, detected), LibreTranslateJson.Readable.LibreTranslateListResponse)
            : TypedResults.Json(new LibreTranslateResponse(translated[0], alternatives?[0], detected?[0]), LibreTranslateJson.Readable.LibreTranslateResponse);
    }

    /// <summary>Answers <c>POST /detect</c>: a service that reads one language can only say how much of a text may be in it.</summary>
    public IResult Detect(LibreTranslateRequest request, HttpContext context)
    {
        if (!_keys.Admit(context, request.ApiKey))
        {
            return ApiKeys.Refusal();
        }

        if (_languages.OnlySource is not { } source)
        {
            return TypedResults.Problem(
                $"The model is told the language of a text, and does not find it out. {Listed}", statusCode: StatusCodes.Status501NotImplemented, title: "Languages are not detected.");
        }

        Dictionary<string, string[]> errors = [];
        string?[] texts = CheckTexts(request, errors);
        return errors.Count > 0 ? TypedResults.ValidationProblem(errors) : TypedResults.Json([Detected(source, texts!)], LibreTranslateJson.Readable.DetectedLanguageArray);
    }

    private static string Shown(string? value) => value is null ? "Nothing" : $"\"{value}\"";

    private static DetectedLanguage Detected(ServiceLanguage source, IEnumerable<string> texts) => new(ScriptLetters.Share(texts, source.Script), source.Code);

    /// <summary>Other translations of a text: of each sentence the second best, then the third, each text once.</summary>
    private static string[] Alternatives(TextGenerationResult result) => [.. result.Hypotheses.Select(static hypothesis => hypothesis.Text).Distinct().Where(text => text != result.Text)];

    private static string[] Written(HtmlText[] html, TextGenerationResult[] results)
    {
        int next = 0;
        string[] written = new string[html.Length];
        for (int i = 0; i < html.Length; i++)
        {
            int count = html[i].Texts.Count;
            written[i] = html[i].Write([.. results.Skip(next).Take(count).Select(static result => result.Text)]);
            next += count;
        }

        return written;
    }

    private string Unsupported(string? written, string field, IReadOnlyList<ServiceLanguage> languages) => languages is [ServiceLanguage only]
        ? $"{Shown(written)} is not supported; the {field} is \"{only.Code}\"{(field == "source" ? $", or \"{Auto}\"" : "")}."
        : $"{Shown(written)} is not supported. {Listed}";

    private string?[] CheckTexts(LibreTranslateRequest request, Dictionary<string, string[]> errors)
    {
        string?[] texts = request.Texts?.Values ?? [];
        if (texts.Length < 1 || texts.Length > MostTexts)
        {
            errors["q"] = [$"There are {texts.Length} texts; a request brings 1 to {MostTexts}."];
        }
        else if (Array.Exists(texts, static text => text is null))
        {
            errors["q"] = ["A text is null."];
        }

        return texts;
    }

    /// <summary>What is to be said of more than one request may ask for.</summary>
    private string? CheckWork(string[] texts, TextGenerator generator, GenerationOptions options)
    {
        if (texts.Length > _queue.Capacity)
        {
            return $"There are {texts.Length} pieces of text between the tags, and at most {_queue.Capacity} are translated at once. Send less.";
        }

        long work;
        try
        {
            work = RequestWork.Of(generator, texts, options);
        }
        catch (TextTooLongException tooLong)
        {
            return tooLong.Message;
        }

        return work > _options.MaxWork
            ? string.Create(CultureInfo.InvariantCulture, $"This is too much for one request: it counts as {work} tokens, of at most {_options.MaxWork}. Send less text, or ask for fewer alternatives.")
            : null;
    }

    private string WithPrefix(string text) => _options.Prefix.Length == 0 || string.IsNullOrWhiteSpace(text) ? text : _options.Prefix + text;
}

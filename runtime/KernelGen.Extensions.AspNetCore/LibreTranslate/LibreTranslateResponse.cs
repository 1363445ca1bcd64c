using System.ComponentModel;
using System.Text.Json.Serialization;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>The answer of <c>POST /translate</c> to one text.</summary>
internal sealed record LibreTranslateResponse(
    [property: Description("The translation.")] string TranslatedText,
    [property: Description("Other translations; only where the request asked for them.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Alternatives,
    [property: Description("What the text is taken for; only where the source is \"auto\".")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DetectedLanguage? DetectedLanguage);

/// <summary>The answer to several.</summary>
internal sealed record LibreTranslateListResponse(
    string[] TranslatedText,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[][]? Alternatives,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DetectedLanguage[]? DetectedLanguage);

/// <summary>What a text is taken for: the only language that the service reads.</summary>
internal sealed record DetectedLanguage(
    [property: Description("How many of 100 of its letters are of the script of the language.")] int Confidence,
    [property: Description("The code of the language.")] string Language);

/// <summary>A language, and what it is translated into.</summary>
internal sealed record Language(string Code, string Name, string[] Targets);

/// <summary>The answer of <c>GET /frontend/settings</c>: what a page of LibreTranslate asks before it begins.</summary>
internal sealed record FrontendSettings(
    bool ApiKeys, int CharLimit, bool FilesTranslation, int FrontendTimeout, bool KeyRequired, FrontendLanguages Language, bool Suggestions, string[] SupportedFilesFormat);

/// <summary>The languages that a page begins with.</summary>
internal sealed record FrontendLanguages(FrontendLanguage Source, FrontendLanguage Target);

/// <summary>One of them.</summary>
internal sealed record FrontendLanguage(string Code, string Name);

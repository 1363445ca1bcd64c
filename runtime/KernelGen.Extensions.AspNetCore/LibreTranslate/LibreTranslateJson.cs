using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>How requests and answers of LibreTranslate's are read and written, generated while compiling.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LibreTranslateRequest))]
[JsonSerializable(typeof(LibreTranslateResponse))]
[JsonSerializable(typeof(LibreTranslateListResponse))]
[JsonSerializable(typeof(DetectedLanguage[]))]
[JsonSerializable(typeof(Language[]))]
[JsonSerializable(typeof(FrontendSettings))]
internal sealed partial class LibreTranslateJson : JsonSerializerContext
{
    /// <summary>Texts stay readable in any script: answers are JSON, never part of a page.</summary>
    public static LibreTranslateJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

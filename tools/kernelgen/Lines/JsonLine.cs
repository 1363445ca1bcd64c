using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelGen.Tool.Lines;

/// <summary>Results as JSON, each in a line.</summary>
internal static class JsonLine
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A result in one line.</summary>
    public static string Of<TResult>(TResult result) => JsonSerializer.Serialize(result, Format);
}

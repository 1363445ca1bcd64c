using System.Text.Json;
using System.Text.RegularExpressions;

namespace KernelGen.Tool.Folders;

/// <summary>Between which languages the model of a folder translates, where it has no codes of languages and its <c>tokenizer_config.json</c> says it, as a Marian's does.</summary>
/// <param name="Source">The language that it reads, in two or three letters; <see langword="null"/> where no file says it.</param>
/// <param name="Target">The language that it writes.</param>
internal sealed partial record FolderLanguages(string? Source, string? Target)
{
    /// <summary>Looks into the file, which is valid where it is there.</summary>
    public static FolderLanguages Of(string folder)
    {
        string path = Path.Combine(folder, "tokenizer_config.json");
        if (!File.Exists(path))
        {
            return new FolderLanguages(null, null);
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return new FolderLanguages(Language(document.RootElement, "source_lang"), Language(document.RootElement, "target_lang"));
    }

    /// <summary>A group of languages, such as ROMANCE, is no language.</summary>
    private static string? Language(JsonElement settings, string key) =>
        settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String && Code().IsMatch(value.GetString()!)
            ? value.GetString()
            : null;

    [GeneratedRegex("^[a-z]{2,3}$")]
    private static partial Regex Code();
}

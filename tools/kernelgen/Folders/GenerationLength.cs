using System.Text.Json;

namespace KernelGen.Tool.Folders;

/// <summary>Whether the files of a folder say how long results may be.</summary>
internal static class GenerationLength
{
    private static readonly string[] Files = ["generation_config.json", "config.json"];
    private static readonly string[] Keys = ["max_length", "max_new_tokens"];

    /// <summary>Looks into the file that generation is read from, which is valid.</summary>
    public static bool IsSaid(string folder)
    {
        if (Files.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is not { } path)
        {
            return false;
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return Keys.Any(key => document.RootElement.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number);
    }
}

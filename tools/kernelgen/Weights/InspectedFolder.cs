namespace KernelGen.Tool.Weights;

/// <summary>What a folder as it is downloaded holds beside weights.</summary>
/// <param name="Files">Its files, with what each is read for.</param>
/// <param name="Tokenizer">What makes tokens of texts.</param>
/// <param name="Generation">The defaults of generation; <see langword="null"/> where no file has any.</param>
internal sealed record InspectedFolder(IReadOnlyList<InspectedFile> Files, InspectedTokenizer Tokenizer, InspectedGeneration? Generation)
{
    private const string ConfigurationName = "config.json";

    /// <summary>Looks into a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="weights">The file of its weights that is read.</param>
    public static InspectedFolder Of(string folder, string weights)
    {
        InspectedTokenizer tokenizer = InspectedTokenizer.Of(folder);
        InspectedGeneration? generation = InspectedGeneration.Of(folder);
        string? Use(string name)
        {
            string[] uses =
            [
                .. name == Path.GetFileName(weights) ? ["the weights"] : Array.Empty<string>(),
                .. name == ConfigurationName ? ["the declaration"] : Array.Empty<string>(),
                .. name == generation?.File ? ["the defaults of generation"] : Array.Empty<string>(),
                .. tokenizer.Files.Contains(name) ? ["the tokenizer"] : Array.Empty<string>(),
            ];
            return uses.Length == 0 ? null : string.Join(", ", uses);
        }

        IEnumerable<InspectedFile> files = new DirectoryInfo(folder).EnumerateFiles()
            .OrderBy(static file => file.Name, StringComparer.Ordinal)
            .Select(file => new InspectedFile(file.Name, file.Length, Use(file.Name)));
        return new InspectedFolder([.. files], tokenizer, generation);
    }
}

/// <summary>A file of a folder.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Use">What it is read for; <see langword="null"/> for nothing.</param>
internal sealed record InspectedFile(string Name, long Bytes, string? Use);

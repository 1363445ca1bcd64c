using System.Globalization;
using KernelGen.Text;

namespace KernelGen.Tool.Weights;

/// <summary>What makes tokens of texts.</summary>
/// <param name="Files">The files that it is read from.</param>
/// <param name="SourceTokens">The size of the source's vocabulary.</param>
/// <param name="TargetTokens">The size of the target's vocabulary.</param>
/// <param name="Languages">The codes of the languages that the model tells apart.</param>
/// <param name="Problem">Why there is none; <see langword="null"/> where there is one.</param>
internal sealed record InspectedTokenizer(IReadOnlyList<string> Files, int? SourceTokens, int? TargetTokens, IReadOnlyList<string> Languages, string? Problem)
{
    private const int MostNamed = 5;

    /// <summary>The same, for people.</summary>
    public string Text => Problem is { } problem
        ? (NeedsLanguages ? $"Tokenizer: {problem}" : $"No tokenizer: {problem}")
        : string.Create(CultureInfo.InvariantCulture, $"Tokenizer of {string.Join(", ", Files)}: {SourceTokens:N0} source tokens, {TargetTokens:N0} target tokens{LanguagesText}.");

    /// <summary>Whether there is one once the languages are named, which a program does and this tool cannot.</summary>
    public bool NeedsLanguages { get; init; }

    private string LanguagesText => Languages.Count == 0
        ? ""
        : $"; {Languages.Count} languages ({string.Join(", ", Languages.Take(MostNamed))}{(Languages.Count > MostNamed ? ", ..." : "")})";

    public static InspectedTokenizer Of(string folder)
    {
        try
        {
            PretrainedTokenizer tokenizer = PretrainedTokenizer.Load(folder);
            return new InspectedTokenizer(tokenizer.Files, tokenizer.Source.VocabularySize, tokenizer.Target.VocabularySize, tokenizer.Languages, null);
        }
        catch (ArgumentException exception)
        {
            return new InspectedTokenizer([], null, null, [], exception.Message.Split(" (Parameter ")[0]) { NeedsLanguages = true };
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // The rest of the folder is worth a look all the same.
            return new InspectedTokenizer([], null, null, [], exception.Message);
        }
    }
}

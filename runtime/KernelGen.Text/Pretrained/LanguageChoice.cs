using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>The languages that a model tells apart, and the check of those that a caller names.</summary>
/// <param name="folder">The model's folder, for errors.</param>
/// <param name="languages">The codes as the model writes them.</param>
/// <param name="expand">Makes the model's code of one that is written in short.</param>
internal sealed class LanguageChoice(string folder, ImmutableArray<string> languages, Func<string, string> expand)
{
    private const int MostNamed = 5;

    /// <summary>The source language's code, as the model writes it.</summary>
    /// <exception cref="ArgumentException">It is missing or unknown.</exception>
    public string Source(PretrainedTokenizerOptions options) => Find(options.SourceLanguage, nameof(options.SourceLanguage))
        ?? (options.AnyLanguage ? languages[0] : throw Missing(nameof(options.SourceLanguage)));

    /// <summary>The target language's code, as the model writes it, or <see langword="null"/> where there is none and none is needed.</summary>
    /// <exception cref="ArgumentException">It is missing or unknown.</exception>
    public string? Target(PretrainedTokenizerOptions options, bool isNeeded = true) => Find(options.TargetLanguage, nameof(options.TargetLanguage))
        ?? (!isNeeded ? null : options.AnyLanguage ? languages[0] : throw Missing(nameof(options.TargetLanguage)));

    /// <summary>Refuses a source language where the model has no use for one.</summary>
    public void RefuseSource(PretrainedTokenizerOptions options, string why)
    {
        if (options.SourceLanguage is not null)
        {
            throw new ArgumentException($"{why}: leave {nameof(options.SourceLanguage)} out for the model in '{folder}'.", nameof(options));
        }
    }

    /// <summary>Refuses languages where the model has no use for them.</summary>
    public void RefuseAll(PretrainedTokenizerOptions options)
    {
        RefuseSource(options, "The model has no codes of languages");
        Target(options, isNeeded: false);
    }

    private string? Find(string? language, string property)
    {
        if (language is null)
        {
            return null;
        }

        if (languages.IsEmpty)
        {
            throw new ArgumentException($"{property} is {VocabularyFile.Quote(language)}, but the model in '{folder}' has no codes of languages: leave it out.", nameof(PretrainedTokenizerOptions));
        }

        if (languages.Contains(language))
        {
            return language;
        }

        string expanded = expand(language);
        return languages.Contains(expanded)
            ? expanded
            : throw new ArgumentException(
                $"{property} is {VocabularyFile.Quote(language)}, which the model in '{folder}' does not know. Did you mean {string.Join(", ", Near(language))}? It knows {languages.Length} languages.",
                nameof(PretrainedTokenizerOptions));
    }

    private ArgumentException Missing(string property) => new(
        $"The model in '{folder}' tells {languages.Length} languages apart and needs {property}: {string.Join(", ", languages.Take(MostNamed))}{(languages.Length > MostNamed ? ", ..." : "")} (all are in Languages once it is loaded with any). For example: new() {{ SourceLanguage = \"{languages[0]}\", TargetLanguage = \"{languages[^1]}\" }}.",
        nameof(PretrainedTokenizerOptions));

    /// <summary>The codes that look most like one: those with the longest common start, then the fewest changes.</summary>
    private IEnumerable<string> Near(string language) => languages
        .Select(code => (Code: code, Changes: EditDistance(Letters(code), Letters(language))))
        .OrderByDescending(near => Letters(near.Code).AsSpan().CommonPrefixLength(Letters(language)))
        .ThenBy(static near => near.Changes)
        .ThenBy(static near => near.Code, StringComparer.Ordinal)
        .Take(MostNamed)
        .Select(static near => near.Code);

    private static string Letters(string code) => string.Concat(code.Take(40).Where(char.IsLetter)).ToLowerInvariant();

    private static int EditDistance(string a, string b)
    {
        // A letter that is another one costs as much as one that is left out and one that is added.
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 2);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}

using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>A folder with a <c>tokenizer.json</c>.</summary>
internal static class JsonFolder
{
    public static PretrainedTokenizer Load(PretrainedFolder folder, FolderSettings settings, PretrainedTokenizerOptions options)
    {
        string path = folder.Take("tokenizer.json", "which was there before");
        TokenizerParts parts = TokenizerJson.Read(FileContents.Read(path), FileContents.Name(path));
        var languages = ImmutableArray.CreateBuilder<string>();
        if (Languages.AreToldApart(settings))
        {
            languages.AddRange(parts.AddedTokens.Where(static token => LanguageCodes.IsCode(token.Content)).OrderBy(static token => token.Token).Select(static token => token.Content));
        }

        var choice = new LanguageChoice(folder.Path, languages.ToImmutable(), Languages.Expand);
        if (languages.Count == 0)
        {
            choice.RefuseSource(options, "The model has no codes of languages");
            choice.Target(options, isNeeded: false);
            HuggingFaceTokenizer tokenizer = Create(parts, settings);
            return new PretrainedTokenizer(tokenizer, tokenizer, [.. folder.FilesRead]);
        }

        Languages.RefuseLanguageAsStart(folder, settings);
        ImmutableArray<string> files = [.. folder.FilesRead];
        return Between(options);

        PretrainedTokenizer Between(PretrainedTokenizerOptions chosen) => JsonFolder.Between(parts, settings, choice, languages.ToImmutable(), chosen, files, Between);
    }

    private static PretrainedTokenizer Between(
        TokenizerParts parts,
        FolderSettings settings,
        LanguageChoice choice,
        ImmutableArray<string> languages,
        PretrainedTokenizerOptions options,
        ImmutableArray<string> files,
        Func<PretrainedTokenizerOptions, PretrainedTokenizer> between)
    {
        string sourceCode = choice.Source(options);
        string targetCode = choice.Target(options)!;
        HashSet<int> codes = [.. languages.Select(code => TokenOf(code, parts))];
        int target = TokenOf(targetCode, parts);

        // The first NLLB tokenizers put the language of a source after it; targets always begin with theirs.
        return new PretrainedTokenizer(
            Create(Around(parts, codes, TokenOf(sourceCode, parts)), settings, sourceCode),
            Create(parts with { Prefix = [target], Suffix = Around(parts, codes, target).Suffix.Remove(target) }, settings, targetCode),
            files,
            between)
        {
            Languages = languages,
            ForcedPrefix = [target],
        };
    }

    private static int TokenOf(string code, TokenizerParts parts) => parts.AddedTokens.First(token => token.Content == code).Token;

    /// <summary>Puts a language where the file has one; a file without any has the order of the newer tokenizers.</summary>
    private static TokenizerParts Around(TokenizerParts parts, HashSet<int> codes, int language)
    {
        return parts.Prefix.Any(codes.Contains) || parts.Suffix.Any(codes.Contains)
            ? parts with { Prefix = [.. parts.Prefix.Select(Chosen)], Suffix = [.. parts.Suffix.Select(Chosen)] }
            : parts with { Prefix = [language, .. parts.Prefix] };

        int Chosen(int token) => codes.Contains(token) ? language : token;
    }

    /// <summary>Creates a tokenizer with the special tokens that the folder names, as far as the file has them.</summary>
    private static HuggingFaceTokenizer Create(TokenizerParts parts, FolderSettings settings, string? start = null)
    {
        return new HuggingFaceTokenizer(parts, new HuggingFaceTokenizerOptions
        {
            PadToken = Known("pad_token"),
            StartToken = start ?? Known("bos_token"),
            EndToken = Known("eos_token"),
            UnknownToken = Known("unk_token"),
        });

        string? Known(string name) => settings.SpecialToken(name) is { } token && parts.TokenOf(token) is not null ? token : null;
    }
}

namespace KernelGen.Text;

/// <summary>The tokenizers of a Marian (opus-mt) folder.</summary>
internal static class MarianFolder
{
    public static PretrainedTokenizer Load(PretrainedFolder folder, PretrainedTokenizerOptions options)
    {
        const string Why = "and a Marian model needs source.spm, target.spm and vocab.json";
        folder.Take("source.spm", Why);
        folder.Take("target.spm", Why);
        folder.Take("vocab.json", Why);
        if (folder.Has("target_vocab.json"))
        {
            folder.Take("target_vocab.json", Why);
        }

        MarianTokenizer marian = MarianTokenizer.Load(folder.Path);
        var languages = new LanguageChoice(folder.Path, marian.LanguageCodes, static code => $">>{code}<<");
        return Between(options);

        PretrainedTokenizer Between(PretrainedTokenizerOptions chosen)
        {
            languages.RefuseSource(chosen, "A Marian model reads one language, or finds out which it reads");
            string? code = languages.Target(chosen, isNeeded: false);
            ITokenizer source = marian.LanguageCodes.Length > 1 || code is not null
                ? new MarianTargetLanguage((MarianLanguageTokenizer)marian.Source, code, marian.LanguageCodes)
                : marian.Source;
            return new PretrainedTokenizer(source, marian.Target, [.. folder.FilesRead], marian.LanguageCodes.IsEmpty ? null : Between) { Languages = marian.LanguageCodes };
        }
    }
}

using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>A folder with <c>vocab.json</c> and <c>merges.txt</c> and no <c>tokenizer.json</c>: BART and Whisper in their older form.</summary>
internal static class BytePairFolder
{
    public static PretrainedTokenizer Load(PretrainedFolder folder, FolderSettings settings, PretrainedTokenizerOptions options)
    {
        new LanguageChoice(folder.Path, [], static code => code).RefuseAll(options);
        bool isBart = settings.TokenizerClass is "BartTokenizer" or "RobertaTokenizer" || (settings.TokenizerClass is null && settings.ModelType == "bart");
        bool isWhisper = settings.TokenizerClass == "WhisperTokenizer" || (settings.TokenizerClass is null && settings.ModelType == "whisper");
        if (!isBart && !isWhisper)
        {
            throw folder.UnknownFamily("vocab.json with merges.txt", settings, "BART and Whisper");
        }

        string vocabulary = folder.Take("vocab.json", "which was there before");
        string merges = folder.Take("merges.txt", "which was there before");
        TokenizerParts parts = VocabularyAndMerges.Read(
            FileContents.Read(vocabulary), FileContents.Name(vocabulary), FileContents.Read(merges), FileContents.Name(merges), settings.AddsPrefixSpace);
        string[] around = isBart
            ? [settings.SpecialToken("bos_token") ?? "<s>", settings.SpecialToken("eos_token") ?? "</s>"]
            : ["<|startoftranscript|>", "<|notimestamps|>", settings.SpecialToken("eos_token") ?? "<|endoftext|>"];
        parts = parts with { AddedTokens = AddedTokens(settings, parts, isBart) };
        ImmutableArray<int> tokens = [.. around.Select(name => parts.TokenOf(name) ?? throw new InvalidDataException(
            $"The folder '{folder.Path}' has no token {name}, which stands around every text. Its added_tokens.json or tokenizer_config.json should name it; or take the tokenizer.json."))];
        var tokenizer = new HuggingFaceTokenizer(parts with { Prefix = tokens[..^1], Suffix = [tokens[^1]] }, new HuggingFaceTokenizerOptions
        {
            PadToken = Known("pad_token"),
            StartToken = Known("bos_token"),
            EndToken = Known("eos_token"),
            UnknownToken = Known("unk_token"),
        });
        return new PretrainedTokenizer(tokenizer, tokenizer, [.. folder.FilesRead]);

        string? Known(string name) => settings.SpecialToken(name) is { } token && parts.TokenOf(token) is not null ? token : null;
    }

    /// <summary>Those that the folder lists, and BART's special tokens, which are in its vocabulary.</summary>
    private static ImmutableArray<AddedToken> AddedTokens(FolderSettings settings, TokenizerParts parts, bool isBart)
    {
        var tokens = settings.AddedTokens.ToBuilder();
        HashSet<string> known = [.. tokens.Select(static token => token.Content)];
        foreach (string name in isBart ? ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] : new[] { "<|endoftext|>" })
        {
            if (known.Add(name) && parts.TokenOf(name) is { } token)
            {
                // Hugging Face's mask takes the space before it along.
                tokens.Add(new AddedToken(token, name) { IsSpecial = true, StripsLeft = name == "<mask>" });
            }
        }

        return tokens.ToImmutable();
    }
}

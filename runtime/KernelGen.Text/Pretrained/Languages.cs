namespace KernelGen.Text;

/// <summary>The families whose models tell languages apart by a token of each.</summary>
internal static class Languages
{
    /// <summary>Whether a folder's model is of such a family.</summary>
    public static bool AreToldApart(FolderSettings settings) => settings.TokenizerClass is "NllbTokenizer" or "M2M100Tokenizer" or "MBart50Tokenizer" or "MBartTokenizer"
        || (settings.TokenizerClass is null or "PreTrainedTokenizer" or "TokenizersBackend" && settings.ModelType is "m2m_100" or "nllb" or "nllb-moe" or "mbart");

    /// <summary>The model's code of a language that is written in short: M2M100's have underscores around them.</summary>
    public static string Expand(string language) => $"__{language}__";

    /// <summary>Refuses the models whose decoder begins with the language itself, instead of the end token before it.</summary>
    public static void RefuseLanguageAsStart(PretrainedFolder folder, FolderSettings settings)
    {
        if (settings.TokenizerClass == "MBartTokenizer")
        {
            throw new InvalidDataException(
                $"The model in '{folder.Path}' is of the first mBART (MBartTokenizer in tokenizer_config.json), whose decoder begins with the language. That is not supported; mBART-50 is.");
        }
    }
}

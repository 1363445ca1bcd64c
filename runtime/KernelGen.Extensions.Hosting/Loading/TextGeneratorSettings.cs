using System.ComponentModel.DataAnnotations;
using KernelGen.Text;

namespace KernelGen.Extensions.Hosting;

/// <summary>How a <see cref="TextGenerator"/> is opened: what a section of the configuration says.</summary>
public sealed class TextGeneratorSettings : ModelSettings
{
    /// <inheritdoc cref="PretrainedTokenizerOptions.SourceLanguage"/>
    public string? SourceLanguage { get; set; }

    /// <inheritdoc cref="PretrainedTokenizerOptions.TargetLanguage"/>
    public string? TargetLanguage { get; set; }

    /// <summary>Whether texts are taken apart into sentences, as <see cref="TextGeneratorOptions.Sentences"/> says. Default: no.</summary>
    public bool SplitSentences { get; set; }

    /// <inheritdoc cref="TextGeneratorOptions.LongTexts"/>
    [EnumDataType(typeof(LongTextPolicy), ErrorMessage = "LongTexts is none that there is. Use Refuse, Truncate or Split.")]
    public LongTextPolicy LongTexts { get; set; }

    internal TextGeneratorOpenOptions OpenOptions => new()
    {
        Weights = Weights,
        Load = LoadOptions,
        SourceLanguage = SourceLanguage,
        TargetLanguage = TargetLanguage,
        Sentences = SplitSentences ? SentenceSplitter.Default : null,
        LongTexts = LongTexts,
    };
}

namespace KernelGen;

/// <summary>
/// Declares an encoder-decoder Transformer by its dimensions. The generator writes kernels for exactly these, and completes the class with
/// <c>Load</c>; everything else is inherited from <see cref="EncoderDecoder"/>.
/// </summary>
/// <remarks>
/// <see cref="TransformerModelAttribute"/> says what the class must be. A family of speech may be declared so, too; its class derives from <see cref="SpeechModel"/>.
/// <see cref="SpeechToTextModelAttribute"/> takes those alone.
/// </remarks>
public sealed class EncoderDecoderModelAttribute : TransformerModelAttribute
{
    /// <summary>Declares a model by its architecture and the dimensions given as properties.</summary>
    /// <param name="architecture">The family whose presets and tensor names apply.</param>
    public EncoderDecoderModelAttribute(Architecture architecture)
        : base(architecture)
    {
    }

    /// <summary>Declares a model by a Hugging Face <c>config.json</c>, read while compiling.</summary>
    /// <param name="configuration">The path of the file, relative to the project, as given to an <c>AdditionalFiles</c> item; a trailing part of it is enough when it is unambiguous.</param>
    public EncoderDecoderModelAttribute(string configuration)
        : base(configuration)
    {
    }

    /// <summary>The number of source tokens, when the vocabularies differ.</summary>
    public int SourceVocabularySize { get; set; }

    /// <summary>The number of target tokens, when the vocabularies differ.</summary>
    public int TargetVocabularySize { get; set; }
}

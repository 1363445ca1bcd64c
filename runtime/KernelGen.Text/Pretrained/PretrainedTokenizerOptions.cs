namespace KernelGen.Text;

/// <summary>Between which languages a <see cref="PretrainedTokenizer"/> stands.</summary>
public sealed class PretrainedTokenizerOptions
{
    /// <summary>
    /// The language of the texts, as the model writes it (<see cref="PretrainedTokenizer.Languages"/>): <c>eng_Latn</c> (NLLB), <c>en</c> (M2M100), <c>en_XX</c>
    /// (mBART-50). A model that tells languages apart needs it; to any other it must not be given.
    /// </summary>
    public string? SourceLanguage { get; init; }

    /// <summary>
    /// The language to translate into, written in the same way; for a Marian model of several target languages <c>fra</c> or <c>&gt;&gt;fra&lt;&lt;</c>.
    /// A model that tells languages apart needs it; to any other it must not be given.
    /// </summary>
    public string? TargetLanguage { get; init; }

    /// <summary>
    /// Whether a language that a model needs and that is not given is the first of the model's, instead of an error: for whoever then chooses with
    /// <see cref="PretrainedTokenizer.WithLanguages"/>. Default: no.
    /// </summary>
    public bool AnyLanguage { get; init; }
}

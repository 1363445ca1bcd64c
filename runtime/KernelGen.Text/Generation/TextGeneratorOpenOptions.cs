namespace KernelGen.Text;

/// <summary>How <see cref="TextGenerator.Open"/> opens a folder, besides what the generator does to texts.</summary>
public sealed record TextGeneratorOpenOptions : TextGeneratorOptions
{
    /// <inheritdoc cref="PretrainedTokenizerOptions.SourceLanguage"/>
    public string? SourceLanguage { get; init; }

    /// <inheritdoc cref="PretrainedTokenizerOptions.TargetLanguage"/>
    public string? TargetLanguage { get; init; }

    /// <summary>
    /// Whether a language that a model needs and that is not given is the first of the model's, instead of an error: for whoever then chooses with
    /// <see cref="TextGenerator.WithLanguages"/>. Default: no.
    /// </summary>
    public bool AnyLanguage { get; init; }

    /// <summary>
    /// The weights, where they are not the folder's own: the path of a checkpoint or a packed file, from the folder on where it is relative; <c>model.packed</c>,
    /// for example, as <see cref="TransformerModel.Save(string)"/> wrote it there.
    /// </summary>
    public string? Weights { get; init; }

    /// <summary>How to load the weights.</summary>
    public ModelLoadOptions? Load { get; init; }
}

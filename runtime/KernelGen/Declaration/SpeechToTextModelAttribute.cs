namespace KernelGen;

/// <summary>
/// Declares a model that turns speech into text, a Whisper or a Moonshine, by its dimensions. The generator writes kernels for exactly these, and completes the class with
/// <c>Load</c>; everything else is inherited from <see cref="SpeechModel"/>.
/// </summary>
/// <remarks><see cref="TransformerModelAttribute"/> says what the class must be.</remarks>
public sealed class SpeechToTextModelAttribute : TransformerModelAttribute
{
    /// <summary>Declares a model by its architecture and the dimensions given as properties.</summary>
    /// <param name="architecture">The family whose presets and tensor names apply: <see cref="Architecture.Whisper"/> or <see cref="Architecture.Moonshine"/>.</param>
    public SpeechToTextModelAttribute(Architecture architecture)
        : base(architecture)
    {
    }

    /// <summary>Declares a model by a Hugging Face <c>config.json</c>, read while compiling.</summary>
    /// <param name="configuration">The path of the file, relative to the project, as given to an <c>AdditionalFiles</c> item; a trailing part of it is enough when it is unambiguous.</param>
    public SpeechToTextModelAttribute(string configuration)
        : base(configuration)
    {
    }
}

using KernelGen.Audio;
using KernelGen.Execution;

namespace KernelGen.Samples.Transcribe.Models;

/// <summary>A model that this program has kernels of.</summary>
/// <param name="Name">What its publisher calls it: <c>tiny.en</c>.</param>
/// <param name="Dimensions">Its dimensions.</param>
/// <param name="Hears">What it hears.</param>
/// <param name="Open">Opens a folder, with the folder's weights or those of a file.</param>
internal sealed record DeclaredModel(string Name, ModelDimensions Dimensions, HeardLanguages Hears, Func<string, ModelLoadOptions?, string?, SpeechToText> Open)
{
    /// <summary>All of them. Whoever declares another one adds it here.</summary>
    public static IReadOnlyList<DeclaredModel> All { get; } =
    [
        Whisper<WhisperTiny>("tiny", WhisperTiny.Description, HeardLanguages.Several),
        Whisper<WhisperTinyEnglish>("tiny.en", WhisperTinyEnglish.Description, HeardLanguages.English),
        Whisper<WhisperBase>("base", WhisperBase.Description, HeardLanguages.Several),
        Whisper<WhisperBaseEnglish>("base.en", WhisperBaseEnglish.Description, HeardLanguages.English),
        Moonshine<MoonshineTiny>("moonshine-tiny", MoonshineTiny.Description),
        Moonshine<MoonshineBase>("moonshine-base", MoonshineBase.Description),
        Whisper<WhisperCommands>("commands.en", WhisperCommands.Description, HeardLanguages.English),
    ];

    private static DeclaredModel Whisper<TModel>(string name, ModelDescription description, HeardLanguages hears)
        where TModel : SpeechModel, ISpeechModel<TModel> =>
        new(name, WhisperDimensions.Of(description), hears, SpeechToText.Open<TModel>);

    private static DeclaredModel Moonshine<TModel>(string name, ModelDescription description)
        where TModel : SpeechModel, ISpeechModel<TModel> =>
        new(name, MoonshineDimensions.Of(description), HeardLanguages.One, SpeechToText.Open<TModel>);
}

using KernelGen.Audio;
using KernelGen.Execution;

namespace KernelGen.Samples.Transcribe.Models;

/// <summary>A Whisper that this program has kernels of.</summary>
/// <param name="Name">What its publisher calls it: <c>tiny.en</c>.</param>
/// <param name="Dimensions">Its dimensions.</param>
/// <param name="HearsEnglishAlone">Whether it hears no other language, and translates none.</param>
/// <param name="Open">Opens a folder with its weights.</param>
internal sealed record DeclaredModel(string Name, WhisperDimensions Dimensions, bool HearsEnglishAlone, Func<string, ModelLoadOptions, SpeechToText> Open)
{
    /// <summary>All of them. Whoever declares another one adds it here.</summary>
    public static IReadOnlyList<DeclaredModel> All { get; } =
    [
        Of<WhisperTiny>("tiny", WhisperTiny.Description),
        Of<WhisperTinyEnglish>("tiny.en", WhisperTinyEnglish.Description),
        Of<WhisperBase>("base", WhisperBase.Description),
        Of<WhisperBaseEnglish>("base.en", WhisperBaseEnglish.Description),
    ];

    private static DeclaredModel Of<TModel>(string name, ModelDescription description)
        where TModel : SpeechModel, ISpeechModel<TModel> =>
        new(name, WhisperDimensions.Of(description), name.EndsWith(".en", StringComparison.Ordinal), SpeechToText.Open<TModel>);
}

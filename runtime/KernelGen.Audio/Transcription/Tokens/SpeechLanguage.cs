namespace KernelGen.Audio;

/// <summary>A language that Whisper hears.</summary>
/// <param name="Code">Its code, as tokens write it: <c>en</c>, <c>zh</c>, <c>haw</c>; ISO 639 but for <c>jw</c>, which is Javanese.</param>
/// <param name="EnglishName">Its name in English: <c>Haitian Creole</c>.</param>
public sealed record SpeechLanguage(string Code, string EnglishName);

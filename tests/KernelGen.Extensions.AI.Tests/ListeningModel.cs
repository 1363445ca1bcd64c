using KernelGen.Audio;
using KernelGen.Extensions.AI.Tests;
using KernelGen.Tests.Speech;

[assembly: AssemblyFixture(typeof(ListeningModel))]

namespace KernelGen.Extensions.AI.Tests;

/// <summary>The small random Whisper, opened once for all tests. What it hears is nonsense, and always the same.</summary>
public sealed class ListeningModel : IDisposable
{
    private readonly WhisperFolder _folder = new();

    public ListeningModel() => Speech = SpeechToText.Open<ListeningWhisper>(_folder.Path);

    /// <summary>What a client works with in tests: little, so that they are quick.</summary>
    public static TranscriptionOptions Transcription { get; } = new() { Language = "en", Temperatures = [0], MaximumTokensPerWindow = 20 };

    public SpeechToText Speech { get; }

    public string Folder => _folder.Path;

    public void Dispose()
    {
        Speech.Dispose();
        _folder.Dispose();
    }
}

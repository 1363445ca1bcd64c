namespace KernelGen.Tests.Speech;

/// <summary>The folder of the small random Whisper of the goldens, as it would be downloaded: weights, tokenizer and the heads that give words times. It hears windows of 30 seconds.</summary>
public sealed class WhisperFolder : IDisposable
{
    /// <summary>The bytes before the samples of <see cref="Speech"/>.</summary>
    public const int SpeechHeader = 78;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kernelgen-whisper-");

    public WhisperFolder()
    {
        File.WriteAllBytes(System.IO.Path.Combine(Path, "tokenizer.json"), WhisperTokenizerFile.Write(DataOf("pieces.json")));
        foreach (string name in new[] { "model.safetensors", "generation_config.json" })
        {
            File.Copy(DataOf(name), System.IO.Path.Combine(Path, name));
        }
    }

    /// <summary>Eleven seconds of speech, as a WAV file at 16 kHz.</summary>
    public static string Speech => DataOf("jfk.wav");

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);

    private static string DataOf(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Data", "whisper-decoding", name);
}

using KernelGen.Benchmarks.Peers;

namespace KernelGen.Benchmarks.Speech;

/// <summary>The weights of a model of speech, in the form that each library reads.</summary>
/// <param name="speech">The model.</param>
internal sealed class PreparedSpeech(SpeechCase speech) : PreparedWeights(speech.Name, speech.Description, SpeechCase.Seed)
{
    public SpeechCase Case { get; } = speech;

    /// <summary>Writes the weights as whisper.cpp reads them, once.</summary>
    /// <returns>The path of the file.</returns>
    public string PrepareGgml()
    {
        string path = FileOf(Case.Name + ".ggml");
        if (!File.Exists(path))
        {
            GgmlFile.Write(path, Case.Description, Weights.Checkpoint);
        }

        return path;
    }
}

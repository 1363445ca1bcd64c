using KernelGen.Audio;
using KernelGen.Text;

namespace KernelGen.Samples.TrainTranscriber;

/// <summary>What a model heard in recordings, and how much of it is wrong.</summary>
internal sealed class WordErrors
{
    private readonly IReadOnlyList<Recording> _recordings;
    private readonly string[] _heard;

    private WordErrors(IReadOnlyList<Recording> recordings, string[] heard)
    {
        _recordings = recordings;
        _heard = heard;
        Rate = RateOf(Enumerable.Range(0, heard.Length));
    }

    /// <summary>The words that are wrong, missing or too many, for each that was said.</summary>
    public double Rate { get; }

    /// <summary>The same of each voice.</summary>
    public IEnumerable<(string Voice, double Rate)> OfVoices =>
        Enumerable.Range(0, _heard.Length).GroupBy(i => _recordings[i].Voice).OrderBy(static voice => voice.Key, StringComparer.Ordinal).Select(voice => (voice.Key, RateOf(voice)));

    /// <summary>Recordings of which something else was heard than was said.</summary>
    public IEnumerable<(string Said, string Heard)> Wrong => _recordings.Zip(_heard).Where(static pair => pair.First.Text != pair.Second).Select(static pair => (pair.First.Text, pair.Second));

    /// <summary>Transcribes recordings, each with silence around it and noise.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">The folder with its tokenizer.</param>
    /// <param name="recordings">The recordings.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static WordErrors Of(CommandWhisper model, string folder, IReadOnlyList<Recording> recordings, CancellationToken cancellationToken)
    {
        var tokenizer = HuggingFaceTokenizer.Load(Path.Combine(folder, "tokenizer.json"), new HuggingFaceTokenizerOptions { AddSpecialTokens = false });
        using var transcriber = new SpeechToText(model, tokenizer);
        var options = new TranscriptionOptions { Temperatures = [0], VoiceActivity = null };
        string[] heard = [.. recordings.Select((recording, i) => transcriber.Transcribe(Listening.Hear(recording, seed: i), options, cancellationToken).Text.Trim())];
        return new WordErrors(recordings, heard);
    }

    private double RateOf(IEnumerable<int> recordings)
    {
        int[] some = [.. recordings];
        return ErrorRate.OfWords(Array.ConvertAll(some, i => _heard[i]), Array.ConvertAll(some, i => _recordings[i].Text)).Rate;
    }
}

namespace KernelGen.Audio;

/// <summary>The sizes of a model that reads pieces of samples of any length, as Moonshine does.</summary>
/// <param name="FewestSamples">The fewest samples of a piece: those of one encoder position.</param>
/// <param name="MostSamples">The most samples of a piece: 64 seconds.</param>
/// <param name="MaximumTargetLength">The most tokens that the decoder looks back at.</param>
/// <param name="VocabularySize">The number of logits.</param>
/// <param name="StartToken">The token that a target begins with.</param>
/// <param name="EndToken">The token that ends it.</param>
internal sealed record PieceShape(int FewestSamples, int MostSamples, int MaximumTargetLength, int VocabularySize, int StartToken, int EndToken)
{
    /// <summary>
    /// The most tokens that are written for a second: what Moonshine's authors take, for nobody speaks faster. What goes on longer repeats itself.
    /// </summary>
    private const double TokensPerSecond = 6.5;

    /// <summary>Longer pieces gain nothing: the time of attention grows with the square of their length, and all of a piece is lost where it goes wrong.</summary>
    private const int EnoughSeconds = 30;

    /// <summary>The most samples that audio is cut into: no more than the model reads, nor than it has room to write the text of.</summary>
    public int LongestPiece => (int)Math.Min(MostSamples, Math.Min(EnoughSeconds, MaximumTargetLength / TokensPerSecond) * LogMelSpectrogram.SampleRate);

    /// <summary>The sizes of a declared model.</summary>
    public static PieceShape Of(SpeechModel model) =>
        new(model.MinFrames, model.MaxFrames, model.MaxTargetLength, model.TargetVocabularySize, model.StartToken, model.EndToken);

    /// <summary>The most tokens that are written for a piece, the end token included.</summary>
    /// <param name="samples">Its samples.</param>
    public int LongestText(int samples) => Math.Min(MaximumTargetLength, 1 + (int)(samples * TokensPerSecond / LogMelSpectrogram.SampleRate));
}

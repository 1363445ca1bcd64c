using KernelGen.Tests.Speech;
using KernelGen.Text;

namespace KernelGen.Audio.Tests;

/// <summary>A tokenizer with the tokens of a multilingual Whisper (<see cref="WhisperTokenizerFile"/>).</summary>
internal static class GoldenTokenizer
{
    /// <summary>Creates the tokenizer.</summary>
    /// <param name="languages">How many languages it has: 99, or 100.</param>
    /// <param name="textTokens">How many tokens of text.</param>
    /// <param name="noSpeech">What it calls the token for no speech.</param>
    /// <param name="hasTimestamps">Whether it names the timestamps.</param>
    public static HuggingFaceTokenizer Create(int languages = 99, int textTokens = WhisperTokenizerFile.TextTokens, string noSpeech = "<|nospeech|>", bool hasTimestamps = true)
    {
        using var file = new MemoryStream(WhisperTokenizerFile.Write(SpeechGoldens.PathOf("pieces.json"), languages, textTokens, noSpeech, hasTimestamps));
        return HuggingFaceTokenizer.Load(file, new HuggingFaceTokenizerOptions { AddSpecialTokens = false });
    }
}

using KernelGen.Text;
using OtherSentencePiece = Microsoft.ML.Tokenizers.SentencePieceTokenizer;

namespace KernelGen.Benchmarks.Tokenization;

/// <summary>A library's tokenizer.</summary>
/// <param name="Library">The library.</param>
/// <param name="Count">Encodes a text, and says how many tokens came of it.</param>
internal sealed record TokenizerContender(string Library, Func<string, int> Count)
{
    /// <summary>This repository's tokenizer, into a list that is used again and again.</summary>
    public static TokenizerContender Of(ITokenizer tokenizer)
    {
        var tokens = new List<int>();
        return new TokenizerContender("KernelGen", text =>
        {
            tokens.Clear();
            tokenizer.Encode(text, tokens);
            return tokens.Count;
        });
    }

    /// <summary>Microsoft.ML.Tokenizers with a SentencePiece model.</summary>
    public static TokenizerContender MicrosoftSentencePiece(string model)
    {
        using FileStream file = File.OpenRead(model);
        var tokenizer = OtherSentencePiece.Create(file, addBeginningOfSentence: false, addEndOfSentence: false, specialTokens: null);
        return new TokenizerContender("Microsoft.ML.Tokenizers", text => tokenizer.EncodeToIds(text, addBeginningOfSentence: false, addEndOfSentence: false).Count);
    }
}

using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>What turns Chinese into the model's tokens, and its tokens into English.</summary>
internal sealed record TranslationTokenizers(ITokenizer Source, ITokenizer Target)
{
    public static TranslationTokenizers Load() => new(
        VocabularyTokenizer.Load(Resources.Open("source_vocabulary.json")),
        SentencePieceTokenizer.Load(Resources.Open("target.spm")));
}

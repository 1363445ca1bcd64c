namespace KernelGen.Text;

/// <summary>How a SentencePiece model that is made cuts text into pieces.</summary>
public enum SentencePieceKind
{
    /// <summary>Into the most probable pieces (Kudo 2018, <see href="https://arxiv.org/abs/1804.10959"/>).</summary>
    Unigram,

    /// <summary>Byte pair encoding: characters, of which the pairs are merged that were most frequent (Sennrich et al. 2016, <see href="https://arxiv.org/abs/1508.07909"/>).</summary>
    Bpe,

    /// <summary>Into characters. Only as many have pieces as <see cref="SentencePieceTrainingOptions.VocabularySize"/> has room for; the rarest others are unknown.</summary>
    Character,
}

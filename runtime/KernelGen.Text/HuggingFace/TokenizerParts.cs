using System.Collections.Immutable;
using System.Text;

namespace KernelGen.Text;

/// <summary>What a tokenizer is made of.</summary>
internal sealed record TokenizerParts
{
    /// <summary>How errors name the file.</summary>
    public required string Source { get; init; }

    /// <summary>The model's pieces, as the file writes them.</summary>
    public required PieceTable Vocabulary { get; init; }

    /// <summary>What cuts words into pieces; another thread may still be making it, and what is wrong with it is thrown by whoever waits.</summary>
    public required Task<SubwordModel> Model { get; init; }

    /// <summary>The model's unknown token.</summary>
    public int? UnknownToken { get; init; }

    /// <summary>The tokens that are found in texts as they are written.</summary>
    public ImmutableArray<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>What rewrites a text, in order.</summary>
    public ImmutableArray<TextNormalizer> Normalizers { get; init; } = [];

    /// <summary>What cuts a text into words, in order.</summary>
    public ImmutableArray<PreTokenizer> PreTokenizers { get; init; } = [];

    /// <summary>The tokens before a text.</summary>
    public ImmutableArray<int> Prefix { get; init; } = [];

    /// <summary>The tokens after a text.</summary>
    public ImmutableArray<int> Suffix { get; init; } = [];

    /// <summary>What turns pieces into text.</summary>
    public required PieceDecoder Decoder { get; init; }

    /// <summary>The length that the file wants texts cut off at.</summary>
    public int? TruncationLength { get; init; }

    /// <summary>Whether the file wants texts padded.</summary>
    public bool WantsPadding { get; init; }

    /// <summary>The token of an added token or a piece, or <see langword="null"/>.</summary>
    public int? TokenOf(string piece)
    {
        foreach (AddedToken token in AddedTokens)
        {
            if (token.Content == piece)
            {
                return token.Token;
            }
        }

        return Vocabulary.Find(Encoding.UTF8.GetBytes(piece)) is >= 0 and int found ? found : null;
    }
}

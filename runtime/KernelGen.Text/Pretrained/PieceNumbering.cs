using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>The tokens that a model has for the pieces of a SentencePiece model, and its special tokens.</summary>
/// <param name="Tokens">The token of each piece.</param>
/// <param name="VocabularySize">The number of tokens.</param>
internal sealed record PieceNumbering(int[] Tokens, int VocabularySize)
{
    /// <summary>The special tokens and how they are written.</summary>
    public Dictionary<int, string> Special { get; } = [];

    /// <summary>The pad token.</summary>
    public int? PadToken { get; init; }

    /// <summary>The token that a text begins with.</summary>
    public int? StartToken { get; init; }

    /// <summary>The end token.</summary>
    public int? EndToken { get; init; }

    /// <summary>The unknown token.</summary>
    public required int UnknownToken { get; init; }

    /// <summary>The tokens before a text.</summary>
    public ImmutableArray<int> Prefix { get; init; } = [];

    /// <summary>The tokens after a text.</summary>
    public ImmutableArray<int> Suffix { get; init; } = [];

    /// <summary>Adds special tokens.</summary>
    /// <param name="first">The token of the first.</param>
    /// <param name="names">How they are written.</param>
    public void AddSpecial(int first, params ReadOnlySpan<string> names)
    {
        for (int i = 0; i < names.Length; i++)
        {
            Special[first + i] = names[i];
        }
    }

    /// <summary>The special token that is written so.</summary>
    public int SpecialToken(string name) => Special.First(token => token.Value == name).Key;
}

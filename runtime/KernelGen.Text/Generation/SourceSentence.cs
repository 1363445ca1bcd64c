using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>A sentence, or a part of one that was too long, as the model is given it.</summary>
public sealed class SourceSentence
{
    internal SourceSentence()
    {
    }

    /// <inheritdoc cref="GeneratedSentence.Start"/>
    public int Start { get; internal init; }

    /// <inheritdoc cref="GeneratedSentence.Length"/>
    public int Length { get; internal init; }

    /// <inheritdoc cref="GeneratedSentence.SourceTokens"/>
    public ImmutableArray<int> Tokens => ImmutableCollectionsMarshal.AsImmutableArray(TokenArray);

    /// <inheritdoc cref="TextGenerationResult.IsTruncated"/>
    public bool IsTruncated { get; internal init; }

    /// <summary>Whether it holds nothing, so that there is nothing to ask the model for.</summary>
    public bool IsEmpty { get; internal init; }

    /// <inheritdoc cref="TextGenerationResult.UnknownTokens"/>
    public ImmutableArray<UnknownToken> UnknownTokens { get; internal init; } = [];

    /// <inheritdoc cref="TextGenerationResult.IsUnknown"/>
    public bool IsUnknown { get; internal init; }

    /// <summary>The language code that its text begins with, where the tokenizer was given it before the sentence.</summary>
    internal string Code { get; init; } = "";

    /// <summary>Its tokens.</summary>
    internal int[] TokenArray { get; init; } = [];
}

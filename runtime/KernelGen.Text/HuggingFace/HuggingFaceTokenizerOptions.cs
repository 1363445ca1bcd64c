using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>How a <see cref="HuggingFaceTokenizer"/> encodes, and what its files do not say.</summary>
public sealed class HuggingFaceTokenizerOptions
{
    /// <summary>Whether the tokens that the file's <c>post_processor</c> puts around a text, such as <c>&lt;/s&gt;</c>, are added. Default: yes.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>
    /// Whether merges, which nothing but encoding needs, are read on another thread after the tokenizer has been returned (default: no). A call that encodes waits for them. What is wrong
    /// with them is then not thrown where the tokenizer is loaded, but by the calls that encode and decode. A tiktoken file has no merges, nor has a Unigram model.
    /// </summary>
    public bool DeferMerges { get; init; }

    /// <summary>Tokens beside those of the files, such as a tiktoken file's special ones, which it does not hold. Default: none.</summary>
    public ImmutableArray<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>How the vocabulary writes the token that fills rectangular batches, or <see langword="null"/> for <c>&lt;pad&gt;</c>, where it has that.</summary>
    public string? PadToken { get; init; }

    /// <summary>How the vocabulary writes the token that begins a sequence, or <see langword="null"/> for <c>&lt;s&gt;</c>, where it has that.</summary>
    public string? StartToken { get; init; }

    /// <summary>How the vocabulary writes the token that ends a sequence, or <see langword="null"/> for <c>&lt;/s&gt;</c> or <c>&lt;|endoftext|&gt;</c>.</summary>
    public string? EndToken { get; init; }

    /// <summary>How the vocabulary writes the unknown token, or <see langword="null"/> for that of the file's model.</summary>
    public string? UnknownToken { get; init; }
}

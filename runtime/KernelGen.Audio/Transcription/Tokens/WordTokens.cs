using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>A word and its tokens.</summary>
/// <param name="Text">The word, with the space before it.</param>
/// <param name="Tokens">Its tokens.</param>
internal sealed record WordTokens(string Text, ImmutableArray<int> Tokens);

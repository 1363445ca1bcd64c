namespace KernelGen.Audio;

/// <summary>What tokens looked at in a window.</summary>
/// <param name="Attention">
/// The probabilities of cross-attention over all positions of the window, <c>[heads, tokens, positions]</c>, with a row for each token of the request. The row of a token is that
/// of the step that reads it, in which the next one is chosen.
/// </param>
/// <param name="Probabilities">The probability of each token from <see cref="AlignmentRequest.FirstText"/> to the last but one, among those below <see cref="AlignmentRequest.TextLimit"/>.</param>
internal sealed record WindowAlignment(float[] Attention, float[] Probabilities);

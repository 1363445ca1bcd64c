namespace KernelGen;

/// <summary>
/// What makes the end more probable with every token (<c>exponential_decay_length_penalty</c>): once a target has more than <paramref name="Start"/> tokens, each end token's
/// logit, or in Hugging Face's beam search its log-probability, s becomes <c>s + |s| · (Factor^(tokens - Start) - 1)</c>.
/// </summary>
/// <param name="Start">The number of tokens without the start token; 0 or more.</param>
/// <param name="Factor">Above 1 draws to the end, below 1 keeps from it. Above 0 and finite.</param>
public sealed record ExponentialLengthPenalty(int Start, double Factor);

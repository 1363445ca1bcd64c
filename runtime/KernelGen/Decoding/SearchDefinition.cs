namespace KernelGen;

/// <summary>Whose definition a search follows: see <see cref="GenerationOptions.Definition"/>.</summary>
public enum SearchDefinition
{
    /// <summary>
    /// Our own: rules change logits before the softmax, so that probabilities are over the tokens that may be generated; a forced token counts with its
    /// probability; a search goes on as long as a live hypothesis has a better score than the worst finished one.
    /// </summary>
    KernelGen,

    /// <summary>
    /// What Hugging Face's Transformers do, token for token: version 4.50 and later, and for <see cref="GenerationOptions.BeamGroups"/> versions 4.31 to 4.56,
    /// which were the last to have them.
    /// </summary>
    /// <remarks>
    /// In beam search rules change log-probabilities after the softmax, and what they forbid is not shared out among the other tokens unless
    /// <see cref="GenerationOptions.RenormalizeLogits"/> asks for it. A forced token adds 0 to the sum and counts as one token. A hypothesis ends only
    /// among the <see cref="GenerationOptions.BeamSize"/> best continuations of a step, also at the maximum length. <see cref="GenerationOptions.EarlyStopping"/>
    /// says when a search is over. A sequence of <see cref="GenerationOptions.SuppressedSequences"/> that is an end token alone, or longer than the start
    /// token and the tokens so far, forbids nothing. Of several end tokens a search with <see cref="GenerationOptions.BeamGroups"/> names the first.
    /// </remarks>
    HuggingFace,

    /// <summary>
    /// What OpenAI's Whisper does (<c>whisper/decoding.py</c>), token for token. Rules change logits before the softmax. In beam search the continuations of a step are looked at
    /// from the best on, until <see cref="GenerationOptions.BeamSize"/> of them go on; those that end before are finished. The search is over once
    /// <c>BeamSize · Patience</c> are finished, rounded, and at the maximum length, where live ones are finished as they stand if there are too few. A score is
    /// the sum of log-probabilities, that of the end token among them, divided by the number of tokens without it; with a
    /// <see cref="GenerationOptions.LengthPenalty"/> p other than 1 it is divided by <c>((5 + tokens) / 6)^p</c> (Wu et al. 2016).
    /// </summary>
    OpenAI,
}

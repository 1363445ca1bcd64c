namespace KernelGen.Audio;

/// <summary>Says which tokens may come next. It has no state: any number of targets may ask at once.</summary>
internal interface ITokenRule
{
    /// <summary>Gives the tokens that may not come next the logit minus infinity.</summary>
    /// <param name="logits">The logits of the vocabulary, or its log-probabilities: what a rule does is the same for both.</param>
    /// <param name="written">The tokens that were written so far, without the prompt.</param>
    void Apply(Span<float> logits, ReadOnlySpan<int> written);
}

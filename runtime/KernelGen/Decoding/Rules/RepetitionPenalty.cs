namespace KernelGen.Decoding;

/// <summary>Makes tokens that a target has already less probable (Keskar et al. 2019, CTRL).</summary>
internal static class RepetitionPenalty
{
    /// <summary>
    /// Divides the logit of each token in a target by a penalty where it is positive, and multiplies it where not: once, however often the token is there. What
    /// would no longer be finite becomes the largest number, so that no penalty forbids a token or breaks a softmax.
    /// </summary>
    /// <param name="logits">The logits of the vocabulary.</param>
    /// <param name="target">The start token and the tokens after it.</param>
    /// <param name="penalty">The penalty.</param>
    /// <param name="scratch">Room for as many logits as the target has tokens.</param>
    public static void Apply(Span<float> logits, ReadOnlySpan<int> target, float penalty, Span<float> scratch)
    {
        for (int i = 0; i < target.Length; i++)
        {
            float logit = logits[target[i]];
            float changed = logit > 0 ? logit / penalty : logit * penalty;
            scratch[i] = float.IsFinite(logit) ? Math.Clamp(changed, float.MinValue, float.MaxValue) : changed;
        }

        for (int i = 0; i < target.Length; i++)
        {
            logits[target[i]] = scratch[i];
        }
    }
}

namespace KernelGen.Decoding;

/// <summary>Makes tokens that a target has already less probable (Keskar et al. 2019, CTRL).</summary>
internal static class RepetitionPenalty
{
    /// <summary>Divides the logit of each token in a target by a penalty where it is positive, and multiplies it where not: once, however often the token is there.</summary>
    /// <param name="logits">The logits of the vocabulary.</param>
    /// <param name="target">The start token and the tokens after it.</param>
    /// <param name="penalty">The penalty.</param>
    /// <param name="scratch">Room for as many logits as the target has tokens.</param>
    public static void Apply(Span<float> logits, ReadOnlySpan<int> target, float penalty, Span<float> scratch)
    {
        for (int i = 0; i < target.Length; i++)
        {
            float logit = logits[target[i]];
            scratch[i] = logit > 0 ? logit / penalty : logit * penalty;
        }

        for (int i = 0; i < target.Length; i++)
        {
            logits[target[i]] = scratch[i];
        }
    }
}

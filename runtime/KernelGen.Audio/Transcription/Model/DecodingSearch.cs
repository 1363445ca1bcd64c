namespace KernelGen.Audio;

/// <summary>How tokens are chosen, as OpenAI's <c>decoding.py</c> defines it.</summary>
/// <remarks>
/// <para>
/// All log-probabilities are those of the model at temperature 1, after the rules. The log-probability of a target is the sum over its tokens, the end token
/// included where it came.
/// </para>
/// <para>
/// With temperature 0 and a beam of 1: the most probable token, of equal ones the lower. With a temperature: tokens drawn from the softmax of logits over
/// temperature, <see cref="SampleCount"/> times; of the samples the best is taken (<see cref="LengthPenalty"/>).
/// </para>
/// <para>
/// Beam search: in each step each of the <see cref="BeamSize"/> hypotheses is continued with its <c>BeamSize + 1</c> most probable tokens, and all continuations are
/// ranked by the sum of log-probabilities. In that order those that end are finished, and those that do not stay, until <c>BeamSize</c> stay.
/// Finished ones are kept, the best first, while fewer than <c>round(BeamSize · Patience)</c> are; with so many the search is over. Where it is over for
/// <see cref="WindowRequest.MaximumTokens"/> with fewer than <c>BeamSize</c> finished ones, the best of the others make up the number as they stand. Then the best
/// is taken.
/// </para>
/// <para>Where the rules leave no token, or no logit is a number, a target ends as it stands.</para>
/// </remarks>
internal sealed record DecodingSearch
{
    /// <summary>The token that ends a target.</summary>
    public required int EndToken { get; init; }

    /// <summary>
    /// The token whose probability, after <see cref="WindowRequest.StartOfTranscript"/> and before any rule, says that there is no speech; <see langword="null"/> for a model that
    /// has none, which never says so.
    /// </summary>
    public int? NoSpeechToken { get; init; }

    /// <summary>0 for the most probable tokens, above it for random ones.</summary>
    public double Temperature { get; init; }

    /// <summary>How many hypotheses are followed. 1 is no beam search. Above 1 only with temperature 0.</summary>
    public int BeamSize { get; init; } = 1;

    /// <summary>How many samples are drawn. Above 1 only with a temperature above 0.</summary>
    public int SampleCount { get; init; } = 1;

    /// <summary>How many finished hypotheses a beam search waits for, in sizes of the beam (Kasai et al. 2022).</summary>
    public double Patience { get; init; } = 1;

    /// <summary>
    /// What the sum of log-probabilities is divided by to choose among finished ones: <see langword="null"/> for the number n of tokens without the end token, else
    /// <c>((5 + n) / 6)^LengthPenalty</c> (Wu et al. 2016).
    /// </summary>
    public double? LengthPenalty { get; init; }
}

namespace KernelGen;

/// <summary>Where the generation of a target stands, as callbacks see it.</summary>
public readonly ref struct GenerationStep
{
    internal GenerationStep(int sourceIndex, ReadOnlySpan<int> tokens)
    {
        SourceIndex = sourceIndex;
        Tokens = tokens;
    }

    /// <summary>
    /// The place of the source in the list, the array or the stream that targets are generated for; 0 where there is one source alone. A stream's places begin
    /// anew, modulo 2³², where it is longer than that.
    /// </summary>
    public int SourceIndex { get; }

    /// <summary>The tokens so far, without the start token; those of <see cref="GenerationOptions.ForcedPrefix"/> are among them. Valid during the callback.</summary>
    public ReadOnlySpan<int> Tokens { get; }

    /// <summary>How many tokens there are: the position of the next one.</summary>
    public int Position => Tokens.Length;
}

/// <summary>Says which tokens may come next in one target: see <see cref="GenerationOptions.Constraint"/>.</summary>
/// <param name="step">The target so far.</param>
/// <param name="allowed">The tokens that may come next; the callback narrows them down.</param>
public delegate void TokenConstraint(GenerationStep step, AllowedTokens allowed);

/// <summary>Says whether one target is complete: see <see cref="GenerationOptions.StopWhen"/>.</summary>
/// <param name="step">The target so far.</param>
/// <returns><see langword="true"/> to stop.</returns>
public delegate bool StopCondition(GenerationStep step);

namespace KernelGen.Tests.Reference;

/// <summary>
/// Options of a call with what their callbacks decide, said so that a reference need not call them: which token may follow a target, and which target is
/// complete.
/// </summary>
internal sealed record RuleCase
{
    public RuleCase(GenerationOptions options, Func<int[], int, bool>? allows = null, Func<int[], bool>? stops = null)
    {
        Allows = allows;
        Stops = stops;
        Options = options with
        {
            Constraint = allows is null ? null : (step, allowed) =>
            {
                int[] target = step.Tokens.ToArray();
                int[] tokens = [.. Enumerable.Range(0, allowed.VocabularySize).Where(token => allows(target, token))];
                if (target.Length % 2 == 0)
                {
                    allowed.AllowOnly(tokens);
                }
                else
                {
                    allowed.Forbid([.. Enumerable.Range(0, allowed.VocabularySize).Except(tokens)]);
                }
            },
            StopWhen = stops is null ? null : step => stops(step.Tokens.ToArray()),
        };
    }

    public GenerationOptions Options { get; }

    public Func<int[], int, bool>? Allows { get; }

    public Func<int[], bool>? Stops { get; }

    /// <summary>The options, one by one, for the message of a test that fails.</summary>
    public override string ToString() =>
        $"{Options}, ends [{string.Join(" ", Options.EndTokens)}], forced [{string.Join(" ", Options.ForcedEndTokens)}], prefix [{string.Join(" ", Options.ForcedPrefix)}], "
        + $"suppressed first [{string.Join(" ", Options.BeginSuppressedTokens)}], always [{string.Join(" ", Options.SuppressedTokens)}] and [{string.Join("; ", Options.SuppressedSequences.Select(sequence => string.Join(" ", sequence)))}]";
}

using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>Several rules, one after the other: a later one sees what the earlier ones leave.</summary>
/// <param name="rules">The rules.</param>
internal sealed class RuleList(ImmutableArray<ITokenRule> rules) : ITokenRule
{
    public void Apply(Span<float> logits, ReadOnlySpan<int> written)
    {
        foreach (ITokenRule rule in rules)
        {
            rule.Apply(logits, written);
        }
    }
}

using System.Collections.Immutable;
using System.Text;
using KernelGen.Text;

namespace KernelGen.Samples.Translate;

/// <summary>Says which characters of a text the model does not know, and where they are.</summary>
internal static class UnknownCharacters
{
    /// <summary>The most that are named.</summary>
    private const int Most = 10;

    /// <summary>A warning that continues a sentence about the text, or <see langword="null"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="unknown">What of it is unknown.</param>
    /// <param name="isAll">Whether there is nothing else in it.</param>
    public static string? Describe(string text, ImmutableArray<UnknownToken> unknown, bool isAll)
    {
        if (unknown.IsEmpty)
        {
            return null;
        }

        if (isAll)
        {
            return "holds no character that the model knows; the translation has nothing to do with it";
        }

        var named = new StringBuilder();
        int characters = 0;
        int position = 0;
        foreach (UnknownToken token in unknown.Take(Most))
        {
            foreach (Rune _ in text.AsSpan(position, token.Start - position).EnumerateRunes())
            {
                characters++;
            }

            position = token.Start;
            named.Append(named.Length > 0 ? ", " : "").Append(Terminal.Printable(token.Text)).Append($" (character {characters + 1})");
        }

        string rest = unknown.Length > Most ? $" and {unknown.Length - Most} more" : "";
        return $"holds what the model does not know: {named}{rest}; there it guesses";
    }
}

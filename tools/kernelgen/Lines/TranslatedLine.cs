using KernelGen.Text;

namespace KernelGen.Tool.Lines;

/// <summary>What a model made of a line.</summary>
/// <param name="Source">The line.</param>
/// <param name="Text">The best result.</param>
/// <param name="Hypotheses">All that were asked for, the best first.</param>
/// <param name="Unknown">What of the line the tokenizer does not know, and the model guessed; <see langword="null"/> where it knows all.</param>
/// <param name="Truncated">Whether the end of the line was left out; <see langword="null"/> where it was not.</param>
internal sealed record TranslatedLine(string Source, string Text, IReadOnlyList<ScoredText> Hypotheses, IReadOnlyList<UnknownPart>? Unknown, bool? Truncated)
{
    /// <summary>Describes what was generated for a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="prefix">The length of what was put before it.</param>
    /// <param name="result">What was generated.</param>
    public static TranslatedLine Of(string line, int prefix, TextGenerationResult result) => new(
        line,
        result.Text,
        [.. result.Hypotheses.Select(static hypothesis => new ScoredText(hypothesis.Text, hypothesis.Score, hypothesis.FinishReason == FinishReason.Length ? true : null))],
        result.UnknownTokens.Where(token => token.Start >= prefix).Select(token => new UnknownPart(token.Text, token.Start - prefix)).ToArray() is { Length: > 0 } unknown ? unknown : null,
        result.IsTruncated ? true : null);
}

/// <summary>A result.</summary>
/// <param name="Text">The text.</param>
/// <param name="Score">The mean log-probability of its tokens, unless the folder says otherwise of lengths.</param>
/// <param name="CutOff">Whether it ended at the longest length; <see langword="null"/> where it did not.</param>
internal sealed record ScoredText(string Text, float? Score, bool? CutOff);

/// <summary>A part of a line that the tokenizer does not know.</summary>
/// <param name="Text">What it is.</param>
/// <param name="Start">Where it starts in the line, in UTF-16 code units.</param>
internal sealed record UnknownPart(string Text, int Start);

using System.Text.RegularExpressions;

namespace KernelGen.Documentation.Tests;

/// <summary>A fenced block of code in a document.</summary>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Section">The heading that it stands under.</param>
/// <param name="Line">The number of its first line in the document, from 1.</param>
/// <param name="Text">The code.</param>
/// <param name="Note">The HTML comment right before it, which tells these tests how to compile it; an empty string where there is none.</param>
internal sealed partial record MarkdownBlock(string Language, string Section, int Line, string Text, string Note)
{
    private const string GivenMark = "given:";

    /// <summary>The code that the note gives besides, which the reader has; an empty string where it gives none.</summary>
    public string Given => Note.IndexOf(GivenMark, StringComparison.Ordinal) is >= 0 and int start ? Note[(start + GivenMark.Length)..] : "";

    /// <summary>The blocks of a document, in their order.</summary>
    public static IReadOnlyList<MarkdownBlock> Read(string path)
    {
        string document = File.ReadAllText(path).ReplaceLineEndings("\n");
        return
        [
            .. Fence().Matches(document).Select(fence => new MarkdownBlock(
                fence.Groups["language"].Value,
                Heading().Matches(document[..fence.Index]).LastOrDefault()?.Groups[1].Value ?? "",
                document[..fence.Groups["text"].Index].Count(static letter => letter == '\n') + 1,
                fence.Groups["text"].Value,
                fence.Groups["note"].Value.Trim())),
        ];
    }

    [GeneratedRegex(@"(?:<!--(?<note>(?:(?!-->).)*)-->\n+)?^```(?<language>\w+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}

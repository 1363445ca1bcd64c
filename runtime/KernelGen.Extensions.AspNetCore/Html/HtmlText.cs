using System.Text;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>A document whose texts are translated, and whose tags stay as they are.</summary>
internal sealed class HtmlText
{
    private readonly List<HtmlRun> _runs = [];

    private HtmlText(string html)
    {
        var run = new List<HtmlToken>();
        foreach (HtmlToken token in new HtmlReader(html).Read())
        {
            if (token.Kind == HtmlTokenKind.Other)
            {
                End();
                _runs.Add(new HtmlRun([token]));
            }
            else
            {
                run.Add(token);
            }
        }

        End();
        Texts = [.. _runs.SelectMany(static one => one.Texts)];

        void End()
        {
            if (run.Count > 0)
            {
                _runs.Add(new HtmlRun([.. run]));
                run.Clear();
            }
        }
    }

    /// <summary>What is to be translated.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>Takes a document apart.</summary>
    public static HtmlText Read(string html) => new(html);

    /// <summary>Puts it together again.</summary>
    /// <param name="translations">That of each of the texts.</param>
    public string Write(ReadOnlySpan<string> translations)
    {
        var written = new StringBuilder();
        foreach (HtmlRun run in _runs)
        {
            run.Write(written, translations[..run.Texts.Count]);
            translations = translations[run.Texts.Count..];
        }

        return written.ToString();
    }
}

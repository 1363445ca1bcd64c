using System.Globalization;
using System.Text;

namespace KernelGen.Audio;

/// <summary>Writes WebVTT subtitles (<see href="https://www.w3.org/TR/webvtt1/"/>).</summary>
internal static class VttWriter
{
    /// <summary>Writes segments. Those without text are left out.</summary>
    /// <param name="segments">The segments.</param>
    /// <param name="highlightWords">Whether each word is underlined while it is said.</param>
    public static string Write(IEnumerable<TranscriptSegment> segments, bool highlightWords)
    {
        var file = new StringBuilder("WEBVTT\n\n");
        foreach (TranscriptSegment segment in segments)
        {
            if (highlightWords && segment.Words.Length > 0)
            {
                WriteWords(segment, file);
            }
            else
            {
                // Players leave out what has no length.
                TimeSpan end = segment.End > segment.Start ? segment.End : segment.Start + TimeSpan.FromMilliseconds(1);
                WriteCue(segment.Start, end, Escape(SubtitleText.Of(segment.Text)), file);
            }
        }

        return file.ToString();
    }

    /// <summary>A subtitle for each word, and for each pause between two, in which none is underlined.</summary>
    private static void WriteWords(TranscriptSegment segment, StringBuilder file)
    {
        TimeSpan last = segment.Start;
        for (int i = 0; i < segment.Words.Length; i++)
        {
            TranscriptWord word = segment.Words[i];
            if (word.Start > last)
            {
                WriteCue(last, word.Start, Line(segment, underlined: -1), file);
            }

            WriteCue(word.Start, word.End, Line(segment, i), file);
            last = word.End > last ? word.End : last;
        }
    }

    private static string Line(TranscriptSegment segment, int underlined)
    {
        var line = new StringBuilder();
        for (int i = 0; i < segment.Words.Length; i++)
        {
            string text = segment.Words[i].Text;
            string word = Escape(SubtitleText.Of(text));
            line.Append(text.Length > 0 && char.IsWhiteSpace(text[0]) && line.Length > 0 ? " " : "");
            line.Append(i == underlined && word.Length > 0 ? $"<u>{word}</u>" : word);
        }

        return line.ToString();
    }

    private static void WriteCue(TimeSpan start, TimeSpan end, string text, StringBuilder file)
    {
        if (text.Length > 0 && end > start)
        {
            file.Append(CultureInfo.InvariantCulture, $"{SubtitleTime.Of(start, '.')} --> {SubtitleTime.Of(end, '.')}\n{text}\n\n");
        }
    }

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}

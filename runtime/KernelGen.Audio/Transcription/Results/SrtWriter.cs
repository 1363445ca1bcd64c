using System.Globalization;
using System.Text;

namespace KernelGen.Audio;

/// <summary>Writes SubRip subtitles: a number, two times, a text, an empty line.</summary>
internal static class SrtWriter
{
    /// <summary>Writes segments. Those without text are left out.</summary>
    public static string Write(IEnumerable<TranscriptSegment> segments)
    {
        var file = new StringBuilder();
        int number = 0;
        foreach (TranscriptSegment segment in segments)
        {
            string text = SubtitleText.Of(segment.Text);
            if (text.Length > 0)
            {
                file.Append(CultureInfo.InvariantCulture, $"{++number}\n{SubtitleTime.Of(segment.Start, ',')} --> {SubtitleTime.Of(segment.End, ',')}\n{text}\n\n");
            }
        }

        return file.ToString();
    }
}

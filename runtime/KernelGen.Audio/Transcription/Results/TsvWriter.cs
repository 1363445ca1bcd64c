using System.Globalization;
using System.Text;

namespace KernelGen.Audio;

/// <summary>Writes a table with tabs between its columns.</summary>
internal static class TsvWriter
{
    /// <summary>Writes segments. Those without text are left out.</summary>
    public static string Write(IEnumerable<TranscriptSegment> segments)
    {
        var file = new StringBuilder("start\tend\ttext\n");
        foreach (TranscriptSegment segment in segments)
        {
            string text = SubtitleText.Of(segment.Text);
            if (text.Length > 0)
            {
                file.Append(CultureInfo.InvariantCulture, $"{SubtitleTime.Milliseconds(segment.Start)}\t{SubtitleTime.Milliseconds(segment.End)}\t{text}\n");
            }
        }

        return file.ToString();
    }
}

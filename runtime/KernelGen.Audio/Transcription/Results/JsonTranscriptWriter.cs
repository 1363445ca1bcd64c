using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KernelGen.Audio;

/// <summary>Writes a transcript as JSON, with the names that OpenAI's <c>whisper</c> gives its parts.</summary>
internal static class JsonTranscriptWriter
{
    private const int Digits = 6;

    /// <summary>Writes a transcript.</summary>
    public static string Write(Transcript transcript, bool indented)
    {
        var buffer = new ArrayBufferWriter<byte>();

        // Text of other languages is written as it is, which is right for a file, though not within a page.
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = indented, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("text"u8, transcript.Text);
            json.WriteStartArray("segments"u8);
            foreach (TranscriptSegment segment in transcript.Segments)
            {
                Write(segment, json);
            }

            json.WriteEndArray();
            json.WriteString("language"u8, transcript.Language);
            Write(json, "duration", transcript.Duration.TotalSeconds);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(TranscriptSegment segment, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, segment.Number);
        json.WriteNumber("seek"u8, (long)Math.Round(segment.WindowStart.TotalSeconds * WindowShape.FramesPerSecond));
        Write(json, "start", segment.Start.TotalSeconds);
        Write(json, "end", segment.End.TotalSeconds);
        json.WriteString("text"u8, segment.Text);
        json.WriteStartArray("tokens"u8);
        foreach (int token in segment.Tokens)
        {
            json.WriteNumberValue(token);
        }

        json.WriteEndArray();
        Write(json, "temperature", segment.Temperature);
        Write(json, "avg_logprob", segment.AverageLogProbability);
        Write(json, "compression_ratio", segment.CompressionRatio);
        Write(json, "no_speech_prob", segment.NoSpeechProbability);
        if (segment.Words.Length > 0)
        {
            json.WriteStartArray("words"u8);
            foreach (TranscriptWord word in segment.Words)
            {
                json.WriteStartObject();
                json.WriteString("word"u8, word.Text);
                Write(json, "start", word.Start.TotalSeconds);
                Write(json, "end", word.End.TotalSeconds);
                Write(json, "probability", word.Probability);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>JSON has no number for what is none.</summary>
    private static void Write(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, Math.Abs(value) >= 1e-3 ? Math.Round(value, Digits) : value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}

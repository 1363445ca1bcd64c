using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KernelGen.Samples.Translate;

/// <summary>Writes translated lines in one of three formats: the translation, a table of hypotheses, or JSON.</summary>
/// <param name="output">Where to.</param>
/// <param name="json">Whether as one JSON object a line.</param>
/// <param name="hypotheses">Whether as a table of hypotheses.</param>
internal sealed class ResultWriter(TextWriter output, bool json, bool hypotheses)
{
    // What is written is no part of a page, so Chinese and apostrophes stay as they are.
    private static readonly TranslationJson Json = new(new JsonSerializerOptions(TranslationJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private long _line;

    public void Write(TranslatedLine line)
    {
        _line++;
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(line, Json.TranslatedLine));
        }
        else if (hypotheses)
        {
            WriteHypotheses(line);
        }
        else
        {
            output.WriteLine(line.Translation);
        }
    }

    /// <summary>A row for each hypothesis: the number of the line (and of the sentence in it, where it has several), the score, the translation.</summary>
    private void WriteHypotheses(TranslatedLine line)
    {
        for (int sentence = 0; sentence < line.Sentences.Count; sentence++)
        {
            string number = line.Sentences.Count == 1 ? $"{_line}" : $"{_line}.{sentence + 1}";
            foreach (TranslatedText hypothesis in line.Sentences[sentence].Hypotheses)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number}\t{hypothesis.Score:F4}\t{hypothesis.Text}"));
            }
        }
    }
}

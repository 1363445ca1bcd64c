using System.Globalization;
using System.Text.Json;
using KernelGen.Audio;

namespace KernelGen.Tests.Speech;

/// <summary>
/// The <c>tokenizer.json</c> of a byte-level tokenizer with the tokens of a multilingual Whisper. It has the bytes and the pieces that the goldens write, and placeholders for all others; it merges nothing.
/// </summary>
internal static class WhisperTokenizerFile
{
    public const int TextTokens = 50257;

    /// <summary>Writes the file.</summary>
    /// <param name="piecesPath">The path of the pieces that are known.</param>
    /// <param name="languages">How many languages it has: 99, or 100.</param>
    /// <param name="textTokens">How many tokens of text.</param>
    /// <param name="noSpeech">What it calls the token for no speech.</param>
    /// <param name="hasTimestamps">Whether it names the timestamps.</param>
    public static byte[] Write(string piecesPath, int languages = 99, int textTokens = TextTokens, string noSpeech = "<|nospeech|>", bool hasTimestamps = true)
    {
        var pieces = new string[textTokens];
        int printable = 0;
        int other = 0;
        for (int value = 0; value < 256; value++)
        {
            // GPT-2's order: bytes that can be printed, as themselves, then all others.
            bool isPrintable = value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
            pieces[isPrintable ? printable++ : 188 + other] = ((char)(isPrintable ? value : 256 + other)).ToString();
            other += isPrintable ? 0 : 1;
        }

        using var known = JsonDocument.Parse(File.ReadAllBytes(piecesPath));
        foreach (JsonProperty piece in known.RootElement.EnumerateObject())
        {
            if (piece.Value.GetInt32() < textTokens)
            {
                pieces[piece.Value.GetInt32()] = piece.Name;
            }
        }

        for (int token = 256; token < textTokens; token++)
        {
            pieces[token] ??= string.Create(CultureInfo.InvariantCulture, $"piece{token}");
        }

        List<string> special = ["<|endoftext|>", "<|startoftranscript|>"];
        special.AddRange(SpeechLanguages.All.Take(languages).Select(static language => $"<|{language.Code}|>"));
        special.AddRange(["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", noSpeech, "<|notimestamps|>"]);
        int timestamps = special.Count;
        if (hasTimestamps)
        {
            special.AddRange(Enumerable.Range(0, 1501).Select(static i => string.Create(CultureInfo.InvariantCulture, $"<|{i * 0.02:0.00}|>")));
        }

        using var file = new MemoryStream();
        using (var json = new Utf8JsonWriter(file))
        {
            json.WriteStartObject();
            json.WriteStartArray("added_tokens");
            for (int i = 0; i < special.Count; i++)
            {
                json.WriteStartObject();
                json.WriteNumber("id", textTokens + i);
                json.WriteString("content", special[i]);
                json.WriteBoolean("single_word", false);
                json.WriteBoolean("lstrip", false);
                json.WriteBoolean("rstrip", false);
                json.WriteBoolean("normalized", false);
                json.WriteBoolean("special", i < timestamps);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNull("normalizer");
            json.WriteNull("post_processor");
            foreach (string part in (string[])["pre_tokenizer", "decoder"])
            {
                json.WriteStartObject(part);
                json.WriteString("type", "ByteLevel");
                json.WriteBoolean("add_prefix_space", false);
                json.WriteBoolean("trim_offsets", true);
                json.WriteBoolean("use_regex", true);
                json.WriteEndObject();
            }

            json.WriteStartObject("model");
            json.WriteString("type", "BPE");
            json.WriteStartObject("vocab");
            for (int token = 0; token < textTokens; token++)
            {
                json.WriteNumber(pieces[token], token);
            }

            json.WriteEndObject();
            json.WriteStartArray("merges");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return file.ToArray();
    }
}

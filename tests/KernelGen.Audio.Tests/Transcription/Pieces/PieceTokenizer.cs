using System.Globalization;
using System.Text.Json;
using KernelGen.Text;

namespace KernelGen.Audio.Tests;

/// <summary>A tokenizer with the parts that Moonshine's has, and few tokens: the word of token 7 is <c>w7</c>.</summary>
internal static class PieceTokenizer
{
    public static HuggingFaceTokenizer Create(int tokens)
    {
        string[] special = ["<unk>", "<s>", "</s>"];
        using var file = new MemoryStream();
        using (var json = new Utf8JsonWriter(file))
        {
            json.WriteStartObject();
            json.WriteStartArray("added_tokens");
            for (int token = 0; token < special.Length; token++)
            {
                json.WriteRawValue($$"""{"id": {{token}}, "content": "{{special[token]}}", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}""");
            }

            json.WriteEndArray();
            json.WritePropertyName("normalizer");
            json.WriteRawValue("""{"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}""");
            json.WriteNull("pre_tokenizer");
            json.WriteNull("post_processor");
            json.WritePropertyName("decoder");
            json.WriteRawValue("""
                {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
                """);
            json.WriteStartObject("model");
            json.WriteString("type", "BPE");
            json.WriteStartObject("vocab");
            for (int token = 0; token < tokens; token++)
            {
                json.WriteNumber(token < special.Length ? special[token] : string.Create(CultureInfo.InvariantCulture, $"▁w{token}"), token);
            }

            json.WriteEndObject();
            json.WriteStartArray("merges");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        file.Position = 0;
        return HuggingFaceTokenizer.Load(file, new HuggingFaceTokenizerOptions { AddSpecialTokens = false });
    }
}

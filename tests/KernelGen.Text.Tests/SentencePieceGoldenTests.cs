using System.Text.Json;

namespace KernelGen.Text.Tests;

/// <summary>What SentencePiece 0.1.97 answers for models of every kind (Data/sentencepiece).</summary>
public class SentencePieceGoldenTests
{
    public static TheoryData<string> Models => [.. SentencePieceModels.Names];

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_text_has_the_librarys_tokens_and_every_sequence_its_text(string name)
    {
        SentencePieceTokenizer tokenizer = SentencePieceModels.Load(name);
        SentencePieceDecoder decoder = SentencePieceDecoder.Load(SentencePieceModels.PathOf(name));
        (int encoded, int decoded) = (0, 0);
        foreach (string line in File.ReadLines(TestFiles.PathOf($"sentencepiece/{name}.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement golden = document.RootElement;
            bool hasText = golden.TryGetProperty("text", out JsonElement text);
            int[] tokens = [.. golden.GetProperty(hasText ? "ids" : "ids_to_decode").EnumerateArray().Select(static token => token.GetInt32())];
            if (hasText)
            {
                Assert.Equal(tokens, tokenizer.Encode(text.GetString()!));
                encoded++;
            }

            Assert.Equal(golden.GetProperty("decoded").GetString(), tokenizer.Decode(tokens));
            Assert.Equal(golden.GetProperty("decoded").GetString(), decoder.Decode(tokens));
            decoded++;
        }

        Assert.Equal((38, 98), (encoded, decoded));
    }
}

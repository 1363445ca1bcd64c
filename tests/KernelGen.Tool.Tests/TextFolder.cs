using System.Text.Json;
using KernelGen.Text;

namespace KernelGen.Tool.Tests;

/// <summary>Puts folders together as they are downloaded from Hugging Face, of the small models of the goldens: their weights, and tokenizers whose tokens are letters.</summary>
internal static class TextFolder
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?";

    /// <summary>A Marian of 70 tokens, which searches with three beams and writes twelve tokens at most.</summary>
    /// <param name="folder">The folder, which is made.</param>
    public static string Marian(string folder)
    {
        Directory.CreateDirectory(folder);
        byte[] pieces = Pieces(Letters);
        var vocabulary = new Dictionary<string, int> { ["</s>"] = 0, ["<unk>"] = 1, ["\u2581"] = 2 };
        foreach (char letter in Letters)
        {
            vocabulary.Add(letter.ToString(), vocabulary.Count);
        }

        vocabulary.Add("<pad>", vocabulary.Count);
        File.WriteAllBytes(Path.Combine(folder, "source.spm"), pieces);
        File.WriteAllBytes(Path.Combine(folder, "target.spm"), pieces);
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(vocabulary));
        File.WriteAllText(Path.Combine(folder, "config.json"), """
            { "model_type": "marian", "d_model": 64, "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 96, "decoder_ffn_dim": 96,
              "encoder_layers": 2, "decoder_layers": 2, "vocab_size": 70, "max_position_embeddings": 64, "activation_function": "swish", "scale_embedding": true,
              "pad_token_id": 69, "eos_token_id": 0, "decoder_start_token_id": 69, "bad_words_ids": [[69]], "max_length": 13, "num_beams": 3 }
            """);
        File.Copy(ToolRun.Weights("marian"), Path.Combine(folder, "model.safetensors"));
        return folder;
    }

    /// <summary>An mBART-50, which is told both languages.</summary>
    /// <param name="folder">The folder, which is made.</param>
    public static string MBart(string folder)
    {
        // 10 pieces, then 52 languages and <mask>, which with an offset of one are the 64 tokens of the model.
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "sentencepiece.bpe.model"), Pieces("abcdef"));
        Golden("mbart50", folder);
        return folder;
    }

    /// <summary>A T5 1.1, whose files name no lengths.</summary>
    /// <param name="folder">The folder, which is made.</param>
    public static string T5(string folder)
    {
        // 3 special pieces, a space and 57 letters are the 61 tokens of the model.
        Directory.CreateDirectory(folder);
        byte[] pieces = SentencePieceTrainer.Train(
            [Letters[..57]],
            new SentencePieceTrainingOptions
            {
                Kind = SentencePieceKind.Character,
                VocabularySize = 61,
                CharacterCoverage = 1,
                Normalization = SentencePieceNormalization.Identity,
                PadToken = 0,
                EndToken = 1,
                UnknownToken = 2,
                StartToken = null,
            }).ToArray();
        File.WriteAllBytes(Path.Combine(folder, "spiece.model"), pieces);
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{ "extra_ids": 0 }""");
        Golden("t5-v1_1", folder);
        return folder;
    }

    private static void Golden(string model, string folder)
    {
        File.Copy(ToolRun.Weights(model), Path.Combine(folder, "model.safetensors"));
        File.Copy(Path.Combine(Path.GetDirectoryName(ToolRun.Weights(model))!, "config.json"), Path.Combine(folder, "config.json"));
    }

    private static byte[] Pieces(string letters) => SentencePieceTrainer.Train(
        [letters],
        new SentencePieceTrainingOptions { Kind = SentencePieceKind.Character, VocabularySize = letters.Length + 4, CharacterCoverage = 1, Normalization = SentencePieceNormalization.Identity }).ToArray();
}

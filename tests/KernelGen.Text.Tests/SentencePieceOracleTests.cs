using CsCheck;
using Oracle = Microsoft.ML.Tokenizers.SentencePieceTokenizer;

namespace KernelGen.Text.Tests;

/// <summary>Decoding, which is written here, beside the decoder of Microsoft.ML.Tokenizers; and the tokens of texts, which only the ends are added to here.</summary>
public class SentencePieceOracleTests
{
    private static readonly SentencePieceTokenizer English = SentencePieceTokenizer.Load(TestFiles.TargetModel);
    private static readonly Oracle Peer = CreateOracle(File.ReadAllBytes(TestFiles.TargetModel));

    [Fact]
    public void Every_sample_translation_has_the_oracles_tokens_and_text()
    {
        foreach ((_, string reference) in TestFiles.WordOrder())
        {
            int[] tokens = [.. Peer.EncodeToIds(reference, addBeginningOfSentence: false, addEndOfSentence: false)];
            Assert.Equal(tokens, English.Encode(reference));
            Assert.Equal(Peer.Decode(tokens), English.Decode(tokens));
        }
    }

    /// <summary>The oracle drops one space at the start; SentencePiece drops all of them where a model removes extra white space, as this one does.</summary>
    [Fact]
    public void Any_tokens_of_text_are_decoded_as_the_oracle_decodes_them() => Gen.Int[4, 2999].Array[0, 24].Sample(
        tokens => Assert.Equal(Peer.Decode(tokens).TrimStart(' '), English.Decode(tokens)), iter: 20_000, threads: 1);

    [Fact]
    public void Any_string_that_the_model_knows_has_the_oracles_tokens_and_text() => Gen.Char["abcdefghijklmnopqrstuvwxyzABC .,'-0123\u00A0\u3000\tａ"].Array[0, 60].Sample(
        chars =>
        {
            string text = new(chars);
            int[] tokens = [.. Peer.EncodeToIds(text, addBeginningOfSentence: false, addEndOfSentence: false)];

            // The oracle has one token for each unknown character, SentencePiece one for each run of them; and it has none for a single character.
            if (tokens.Length > 0 && !tokens.Contains(English.UnknownToken!.Value))
            {
                Assert.Equal(tokens, English.Encode(text));
                Assert.Equal(Peer.Decode(tokens), English.Decode(tokens));
            }
        },
        iter: 10_000,
        threads: 1);

    [Fact]
    public void Any_valid_text_in_bytes_is_decoded_as_the_oracle_decodes_it()
    {
        SentencePieceModelWriter model = SentencePieceModelWriter.Bpe().BytePieces().Piece("\u2581", score: -1).Piece("a", score: -1).Piece("\u2581b", score: -1);
        SentencePieceTokenizer tokenizer = model.Load();
        Oracle peer = CreateOracle(model.ToArray());
        Gen.Char["ab 狗é\u0301ß"].Array[0, 16].Sample(
            chars =>
            {
                int[] tokens = tokenizer.Encode(new string(chars));
                Assert.Equal(peer.Decode(tokens), tokenizer.Decode(tokens));
            },
            iter: 10_000,
            threads: 1);
    }

    private static Oracle CreateOracle(byte[] model) =>
        Oracle.Create(new MemoryStream(model), addBeginningOfSentence: false, addEndOfSentence: false, specialTokens: null);
}

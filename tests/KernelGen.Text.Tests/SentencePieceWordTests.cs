using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>Words that are cut by themselves and kept have the pieces that cutting the whole text gives them, to the last tie and the last rounding.</summary>
public class SentencePieceWordTests
{
    private const int Models = 300;
    private const string Letters = "abcx";

    /// <summary>Many ways to cut are as good as each other, but for rounding; and some scores are so large that rounding decides.</summary>
    private static readonly float[] Scores = [-0.1f, -0.2f, -0.3f, -1.1f, -2.2f, -3.3f, -1, -2, 0, 0.1f, -1000.1f, -100000.7f, -3e7f, 1e37f, float.MinValue];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Words_have_the_pieces_of_the_whole_text(int type)
    {
        var random = new Random(type);
        int known = 0;
        for (int i = 0; i < Models; i++)
        {
            byte[] file = File(random, type, scores: random.Next(1, Scores.Length + 1), hasBytes: i % 4 == 0);
            SentencePieceTokenizer tokenizer = SentencePieceTokenizer.Load(new MemoryStream(file));
            SentencePieceModel model = SentencePieceModel.Read(file, "model");
            var segmentation = Segmentation.Of(model, new PieceVocabulary(model));
            Assert.NotNull(segmentation.Words);
            for (int round = 0; round < 40; round++)
            {
                string text = string.Join(' ', Enumerable.Range(0, random.Next(1, 60)).Select(_ => Word(random, 1 + random.Next(random.Next(1, 20)))));
                byte[] normalized = Encoding.UTF8.GetBytes($"\u2581{text.Replace(' ', '\u2581')}");
                Segment[] whole = Cut(segmentation, normalized, inWords: false);
                Segment[] words = Cut(segmentation, normalized, inWords: true);
                Assert.True(whole.AsSpan().SequenceEqual(words), text);
                known += whole.Length;

                // What is unknown becomes bytes, or one token.
                if (!model.HasByteFallback)
                {
                    int unknown = model.UnknownToken;
                    int[] expected = [.. whole.Select(static segment => segment.Piece).Where((piece, at) => piece != unknown || at == 0 || whole[at - 1].Piece != unknown)];
                    Assert.Equal(expected, tokenizer.Encode(text));
                    Assert.Equal(expected, tokenizer.Encode($"  {text.Replace(" ", "   ")} "));
                }

                var spans = new List<TokenSpan>();
                tokenizer.Encode(text, spans);
                Assert.Equal(spans.Select(static span => span.Token), tokenizer.Encode(text));
            }
        }

        Assert.InRange(known, 100_000, int.MaxValue);
    }

    [Fact]
    public void Texts_longer_than_any_buffer_have_all_their_tokens()
    {
        SentencePieceTokenizer tokenizer = SentencePieceModels.Load("unigram");
        int[] sentence = tokenizer.Encode("The dog chases the cat.");
        for (int count = 1; count < 300; count += 7)
        {
            int[] tokens = tokenizer.Encode(string.Join(' ', Enumerable.Repeat("The dog chases the cat.", count)));
            Assert.Equal(Enumerable.Repeat(sentence, count).SelectMany(static tokens => tokens), tokens);
        }
    }

    private static Segment[] Cut(Segmentation segmentation, byte[] text, bool inWords)
    {
        var segments = new RentedBuffer<Segment>(text.Length);
        try
        {
            float score = 0;
            if (inWords)
            {
                segmentation.Cut(text, ref segments);
            }
            else
            {
                segmentation.CutPart(text, 0, ref score, ref segments);
            }

            return segments.Items.ToArray();
        }
        finally
        {
            segments.Dispose();
        }
    }

    private static byte[] File(Random random, int type, int scores, bool hasBytes)
    {
        SentencePieceModelBuilder writer = type == 1 ? SentencePieceModelBuilder.Unigram() : SentencePieceModelBuilder.Bpe();
        if (hasBytes)
        {
            writer.BytePieces();
        }

        var texts = new HashSet<string>();
        for (int count = random.Next(3, 60); count > 0; count--)
        {
            string piece = Word(random, random.Next(1, 5));
            piece = random.Next(3) == 0 ? $"\u2581{piece}" : piece;
            piece = random.Next(20) == 0 ? "\u2581" : piece;
            if (!piece.Contains('x') && texts.Add(piece))
            {
                writer.Piece(piece, PieceType.Normal, Scores[random.Next(scores)]);
            }
        }

        writer.Piece("z", PieceType.Normal, -4);
        return writer.ToArray();
    }

    private static string Word(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => Letters[random.Next(Letters.Length)]));
}

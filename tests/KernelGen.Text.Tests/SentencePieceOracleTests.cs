using System.Globalization;
using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>
/// Encoding beside SentencePiece itself, where it is installed (Debian's packages <c>sentencepiece</c> and <c>python3-sentencepiece</c>), on texts made by
/// chance. <c>KERNELGEN_SENTENCEPIECE_TEXTS=100000</c> makes as many of them, for all models together.
/// </summary>
public class SentencePieceOracleTests
{
    private const string Count = "KERNELGEN_SENTENCEPIECE_TEXTS";
    private const int UsualCount = 5_500;

    /// <summary>Answers a line of tokens for each text of a file; each text is ended by U+0003, which none of these has, because texts have line feeds.</summary>
    private const string Script = """
        import sys, sentencepiece
        model = sentencepiece.SentencePieceProcessor(model_file=sys.argv[1])
        for text in open(sys.argv[2], "rb").read().decode("utf-8").split("\x03")[:-1]:
            answer = model.encode(text, out_type="immutable_proto")
            print(" ".join("%d:%d:%d" % (piece.id, piece.begin, piece.end) for piece in answer.pieces))
        """;

    /// <summary>Answers for many models: a line of tokens for each text, which is empty, too, where the library fails.</summary>
    private const string ManyModels = """
        import os, sys, sentencepiece
        for number in range(int(sys.argv[2])):
            model = sentencepiece.SentencePieceProcessor(model_file=os.path.join(sys.argv[1], "%d.model" % number))
            for text in open(os.path.join(sys.argv[1], "%d.texts" % number), "rb").read().decode("utf-8").split("\x03")[:-1]:
                print(" ".join(map(str, model.encode(text))))
        """;

    public static TheoryData<string> Models => [.. SentencePieceModels.Names];

    [Theory]
    [MemberData(nameof(Models))]
    public void Texts_by_chance_have_the_tokens_that_the_librarys_program_gives_them(string name)
    {
        using var files = new TemporaryFolder();
        SentencePieceTokenizer tokenizer = SentencePieceModels.Load(name);
        string[] texts = Texts(tokenizer, name, hasLines: false);

        // A half of a surrogate pair is written as a byte that is no character, which is what malformed text is to the library.
        File.WriteAllBytes(files["texts"], [.. texts.SelectMany(static text => MalformedUtf8(text).Append((byte)'\n'))]);
        InstalledProgram.Run("spm_encode", $"--model={SentencePieceModels.PathOf(name)}", "--output_format=id", $"--output={files["tokens"]}", files["texts"]);
        string[] answers = File.ReadAllLines(files["tokens"]);
        Assert.Equal(texts.Length, answers.Length);
        for (int i = 0; i < texts.Length; i++)
        {
            string tokens = string.Join(' ', tokenizer.Encode(texts[i]));
            Assert.True(tokens == answers[i], $"Text {i}, {Escape(texts[i])}:\nhere    {tokens}\nlibrary {answers[i]}");
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Tokens_are_where_the_library_says_that_they_are(string name)
    {
        using var files = new TemporaryFolder();
        SentencePieceTokenizer tokenizer = SentencePieceModels.Load(name);
        string[] texts = [.. Texts(tokenizer, name, hasLines: true).Take(2_000).Select(static text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\u0003', '\u0004'))];
        File.WriteAllText(files["texts"], string.Concat(texts.Select(static text => text + "\u0003")));
        File.WriteAllText(files["script.py"], Script);
        string[] answers = InstalledProgram.Run("/usr/bin/python3", files["script.py"], SentencePieceModels.PathOf(name), files["texts"]).Split('\n');
        Assert.Equal(texts.Length + 1, answers.Length);
        var spans = new List<TokenSpan>();
        for (int i = 0; i < texts.Length; i++)
        {
            spans.Clear();
            tokenizer.Encode(texts[i], spans);
            Assert.Equal(tokenizer.Encode(texts[i]), spans.Select(static span => span.Token));
            string found = string.Join(' ', spans.Select((span, index) => Place(tokenizer, texts[i], spans, index)));
            Assert.True(found == answers[i], $"Text {i}, {Escape(texts[i])}:\nhere    {found}\nlibrary {answers[i]}");
        }
    }

    /// <summary>Overlapping pieces of equal scores, unused ones, symbols that are never split, rules of any kind, every setting of every type of model.</summary>
    [Fact]
    public void Models_by_chance_encode_as_the_library_encodes_with_them()
    {
        const int Texts = 30;
        int count = Number() / 20;
        using var files = new TemporaryFolder();
        var texts = new List<(string Text, SentencePieceTokenizer Tokenizer, string Name)>();
        for (int i = 0; i < count; i++)
        {
            var model = new RandomModel(i);
            File.WriteAllBytes(files[$"{i}.model"], model.ToArray());
            var tokenizer = SentencePieceTokenizer.Load(files[$"{i}.model"]);
            texts.AddRange(Enumerable.Range(0, Texts).Select(_ => (model.Text(20), tokenizer, $"{model.Type} {i}")));
            File.WriteAllText(files[$"{i}.texts"], string.Concat(texts.TakeLast(Texts).Select(static text => text.Text + "\u0003")));
        }

        File.WriteAllText(files["script.py"], ManyModels);
        string[] answers = InstalledProgram.Run("/usr/bin/python3", files["script.py"], files[""], $"{count}").Split('\n');
        Assert.Equal(texts.Count + 1, answers.Length);
        int failed = 0;
        for (int i = 0; i < texts.Count; i++)
        {
            (string text, SentencePieceTokenizer tokenizer, string name) = texts[i];
            string tokens = string.Join(' ', tokenizer.Encode(text));
            if (answers[i].Length == 0 && tokens.Length > 0)
            {
                // The library takes control pieces that are written out for ones that stand for no text, and then finds that text is left.
                using EncodedText encoded = tokenizer.EncodePieces(text, hasOrigins: false);
                string normalized = Encoding.UTF8.GetString(encoded.Text.Bytes);
                bool hasControl = Enumerable.Range(0, tokenizer.VocabularySize).Any(
                    token => tokenizer.Model.TypeOf(token) == PieceType.Control && normalized.Contains(tokenizer.Piece(token), StringComparison.Ordinal));
                Assert.True(hasControl, $"Model {name}, text {Escape(text)}: here {tokens}, and nothing in the library.");
                failed++;
                continue;
            }

            Assert.True(tokens == answers[i], $"Model {name}, text {Escape(text)}:\nhere    {tokens}\nlibrary {answers[i]}");
        }

        Assert.InRange(failed, 0, texts.Count / 10);
    }

    /// <summary>A token with its place as the library says it: in characters; of the bytes of one character only the last has it.</summary>
    private static string Place(SentencePieceTokenizer tokenizer, string text, List<TokenSpan> spans, int index)
    {
        TokenSpan span = spans[index];
        bool isByte = tokenizer.Model.TypeOf(span.Token) == PieceType.Byte;
        bool isLast = index + 1 == spans.Count || (isByte && IsLastByte(tokenizer, spans, index));
        int start = Characters(text, span.Start);
        int end = isByte && !isLast ? start : Characters(text, span.Start + span.Length);
        return string.Create(CultureInfo.InvariantCulture, $"{span.Token}:{start}:{end}");
    }

    private static bool IsLastByte(SentencePieceTokenizer tokenizer, List<TokenSpan> spans, int index) =>
        tokenizer.Model.TypeOf(spans[index + 1].Token) != PieceType.Byte || (tokenizer.Model.ByteOf(spans[index + 1].Token) & 0xC0) != 0x80;

    private static int Characters(string text, int end) => text.AsSpan(0, end).ToString().EnumerateRunes().Count();

    private static string[] Texts(SentencePieceTokenizer tokenizer, string name, bool hasLines)
    {
        int count = Number() / SentencePieceModels.Names.Length;
        var texts = new UglyText(Array.IndexOf(SentencePieceModels.Names, name));
        string[] pieces = [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.Piece)];
        return [.. Enumerable.Range(0, count + 1).Select(_ => texts.Next(pieces, hasLines))];
    }

    private static int Number() => int.Parse(Environment.GetEnvironmentVariable(Count) ?? $"{UsualCount}", CultureInfo.InvariantCulture);

    private static IEnumerable<byte> MalformedUtf8(string text)
    {
        byte[] character = new byte[4];
        for (int i = 0; i < text.Length; i++)
        {
            if (Rune.TryGetRuneAt(text, i, out Rune rune))
            {
                i += rune.Utf16SequenceLength - 1;
                int length = rune.EncodeToUtf8(character);
                for (int at = 0; at < length; at++)
                {
                    yield return character[at];
                }
            }
            else
            {
                yield return 0xFF;
            }
        }
    }

    private static string Escape(string text) => string.Concat(text.Select(static c => c is >= ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:x4}"));
}

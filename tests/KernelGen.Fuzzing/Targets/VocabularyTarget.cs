using System.Text;
using KernelGen.Fuzzing.Mutations;
using KernelGen.Text;

namespace KernelGen.Fuzzing.Targets;

/// <summary>Vocabularies that are JSON arrays, and encoding and decoding with them.</summary>
internal sealed class VocabularyTarget : FuzzTarget
{
    public override string Name => "vocabulary";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        "[\"<pad>\",\"<sos>\",\"<eos>\",\"<unk>\",\"a\",\"b\",\"\u00e9\",\"\u732b\",\"\\ud83d\\ude00\",\"ab\"]"u8.ToArray(),
        Encoding.UTF8.GetBytes($"[\"<pad>\",\"<sos>\",\"<eos>\",\"<unk>\",{string.Join(',', Enumerable.Range('A', 80).Select(static c => $"\"\\u{c:x4}\""))}]"),
        "\ufeff[ \"<unk>\" , \"<pad>\",\n \"<sos>\", \"<eos>\", \"dog\", \"cat\", \"\\u0041\\n\" ]"u8.ToArray(),
    ];

    public override byte[] Mutate(Random random, byte[] file) => JsonMutations.Mutate(random, file);

    public override bool Run(ReadOnlySpan<byte> file, int variant)
    {
        VocabularyTokenizer tokenizer;
        try
        {
            tokenizer = VocabularyTokenizer.Load(file, new VocabularyTokenizerOptions { Unit = (VocabularyUnit)(variant % 2), Normalize = variant % 4 < 2 });
        }
        catch (InvalidDataException exception)
        {
            return Refusal.Check(exception, FileContents.Unnamed);
        }

        TextUse.Run(tokenizer, variant);
        return true;
    }
}

/// <summary>Marian's vocab.json, beside SentencePiece models that are as they should be.</summary>
internal sealed class MarianVocabularyTarget : FuzzTarget
{
    private static readonly byte[] Model = Text.Tests.SentencePieceModelBuilder.Unigram().Piece("\u2581", score: -3).Piece("a", score: -2).Piece("b", score: -2).Piece("\u2581a", score: -1).ToArray();

    public override string Name => "marian-vocabulary";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        "{\"</s>\":0,\"<unk>\":1,\"\u2581\":2,\"a\":3,\"b\":4,\"\u2581a\":5,\">>fra<<\":6,\"<pad>\":7}"u8.ToArray(),
        Encoding.UTF8.GetBytes($"{{\"</s>\":0,\"<unk>\":1,{string.Join(',', Enumerable.Range(2, 80).Select(static i => $"\"{(char)('_' + i)}\":{i}"))}}}"),
        Encoding.UTF8.GetBytes("{\n  \"a\": 2,\n  \"\\u2581\": 3,\n  \"</s>\": 0,\n  \"<unk>\": 1\n}\n"),
    ];

    public override byte[] Mutate(Random random, byte[] file) => JsonMutations.Mutate(random, file);

    public override bool Run(ReadOnlySpan<byte> file, int variant)
    {
        MarianTokenizer tokenizer;
        try
        {
            tokenizer = MarianTokenizer.Load(new MemoryStream(Model), new MemoryStream(Model), new MemoryStream(file.ToArray()));
        }
        catch (InvalidDataException exception)
        {
            return Refusal.Check(exception, exception.Message.StartsWith("The source model and ", StringComparison.Ordinal) ? "The source model" : FileContents.Unnamed);
        }

        TextUse.Run(tokenizer.Source, variant);
        TextUse.Run(tokenizer.Target, variant + 1);
        return true;
    }
}

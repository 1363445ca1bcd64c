using KernelGen.Fuzzing.Mutations;
using KernelGen.Fuzzing.Seeds;
using KernelGen.Text;
using KernelGen.Text.Tests;

namespace KernelGen.Fuzzing.Targets;

/// <summary>SentencePiece models of every kind, and encoding and decoding with them.</summary>
internal class SentencePieceTarget : FuzzTarget
{
    public override string Name => "sentencepiece";

    public override IReadOnlyList<byte[]> Seeds { get; } = SentencePieceSeeds.All;

    public override byte[] Mutate(Random random, byte[] file) => ProtobufMutations.Mutate(random, file);

    public override bool Run(ReadOnlySpan<byte> file, int variant)
    {
        try
        {
            if (variant % 4 == 0)
            {
                SentencePieceDecoder decoder = SentencePieceDecoder.Load(new MemoryStream(file.ToArray()));
                TextUse.Decode(decoder, [.. Enumerable.Range(0, Math.Min(decoder.VocabularySize, 300))]);
                return true;
            }

            TextUse.Run(SentencePieceTokenizer.Load(new MemoryStream(file.ToArray())), variant / 4);
            return true;
        }
        catch (InvalidDataException exception)
        {
            return Refusal.Check(exception, FileContents.Unnamed);
        }
    }
}

/// <summary>
/// SentencePiece models that are as they should be, with contents that no trainer makes: the greatest and the least scores, pieces and rules as long as they
/// may be, of every type, in every kind of model, under all settings.
/// </summary>
internal sealed class SentencePieceContentsTarget : SentencePieceTarget
{
    public override string Name => "sentencepiece-contents";

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. Enumerable.Range(0, 16).Select(static seed => new RandomModel(seed, isExtreme: true).ToArray())];

    // Text of a few kilobytes, each byte of which may become 256.
    public override long AllocationAllowance => 16 << 20;

    public override byte[] Mutate(Random random, byte[] file) => new RandomModel(random.Next(), isExtreme: true).ToArray();
}

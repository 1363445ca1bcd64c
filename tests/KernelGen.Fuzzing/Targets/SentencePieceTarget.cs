using KernelGen.Fuzzing.Mutations;
using KernelGen.Fuzzing.Seeds;
using KernelGen.Text;

namespace KernelGen.Fuzzing.Targets;

/// <summary>SentencePiece models of every kind, and encoding and decoding with them.</summary>
internal sealed class SentencePieceTarget : FuzzTarget
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

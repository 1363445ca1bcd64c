using System.Buffers.Binary;
using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>Writes small SentencePiece models, so that tests reach settings that the sample's model does not have.</summary>
internal sealed class SentencePieceModelBuilder
{
    private readonly MemoryStream _pieces = new();
    private readonly MemoryStream _trainer = new();
    private readonly MemoryStream _normalizer = new();
    private readonly MemoryStream _denormalizer = new();

    /// <summary>A unigram model with the special tokens that SentencePiece gives it unless told otherwise: 0 is unknown, 1 the start, 2 the end.</summary>
    public static SentencePieceModelBuilder Unigram() => WithSpecialTokens(1);

    /// <summary>The same for BPE.</summary>
    public static SentencePieceModelBuilder Bpe() => WithSpecialTokens(2);

    private static SentencePieceModelBuilder WithSpecialTokens(ulong modelType) => new SentencePieceModelBuilder()
        .Trainer(3, modelType).Piece("<unk>", PieceType.Unknown).Piece("<s>", PieceType.Control).Piece("</s>", PieceType.Control);

    public SentencePieceModelBuilder Piece(string text, PieceType type = PieceType.Normal, float score = 0) => Piece(Encoding.UTF8.GetBytes(text), (ulong)type, score);

    public SentencePieceModelBuilder Piece(byte[] text, ulong type, float score = 0)
    {
        var piece = new MemoryStream();
        Write(piece, 1, text);
        WriteVarint(piece, (2 << 3) | 5);
        Span<byte> bits = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bits, score);
        piece.Write(bits);
        Write(piece, 3, type);
        Write(_pieces, 1, piece.ToArray());
        return this;
    }

    /// <summary>The 256 pieces that stand for bytes, or all but one.</summary>
    public SentencePieceModelBuilder BytePieces(int skip = -1)
    {
        for (int value = 0; value < 256; value++)
        {
            if (value != skip)
            {
                Piece($"<0x{value:X2}>", PieceType.Byte);
            }
        }

        return Trainer(35, 1);
    }

    public SentencePieceModelBuilder Trainer(int field, ulong value)
    {
        Write(_trainer, field, value);
        return this;
    }

    public SentencePieceModelBuilder Trainer(int field, string value) => Trainer(field, Encoding.UTF8.GetBytes(value));

    public SentencePieceModelBuilder Trainer(int field, byte[] value)
    {
        Write(_trainer, field, value);
        return this;
    }

    public SentencePieceModelBuilder Normalizer(int field, ulong value)
    {
        Write(_normalizer, field, value);
        return this;
    }

    public SentencePieceModelBuilder Normalizer(int field, byte[] value)
    {
        Write(_normalizer, field, value);
        return this;
    }

    public SentencePieceModelBuilder Denormalizer(byte[] rules)
    {
        Write(_denormalizer, 2, rules);
        return this;
    }

    public byte[] ToArray()
    {
        var model = new MemoryStream();
        model.Write(_pieces.ToArray());
        Write(model, 2, _trainer.ToArray());
        Write(model, 3, _normalizer.ToArray());
        if (_denormalizer.Length > 0)
        {
            Write(model, 5, _denormalizer.ToArray());
        }

        return model.ToArray();
    }

    public SentencePieceTokenizer Load(SentencePieceTokenizerOptions? options = null) => SentencePieceTokenizer.Load(new MemoryStream(ToArray()), options);

    private static void Write(Stream stream, int field, ulong value)
    {
        WriteVarint(stream, (ulong)field << 3);
        WriteVarint(stream, value);
    }

    private static void Write(Stream stream, int field, byte[] value)
    {
        WriteVarint(stream, ((ulong)field << 3) | 2);
        WriteVarint(stream, (ulong)value.Length);
        stream.Write(value);
    }

    private static void WriteVarint(Stream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }
}

using System.Text;

namespace KernelGen.Text;

/// <summary>The pieces of a SentencePiece model by their text, as encoding looks them up.</summary>
internal sealed class PieceVocabulary
{
    private readonly SentencePieceModel _model;

    /// <summary>The pieces that text is not put together to: the unknown one, control pieces and bytes.</summary>
    private readonly PieceTrie _reserved = new();

    /// <summary>Indexes the pieces of a model.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="InvalidDataException">Pieces that must differ do not, or have too many bytes together.</exception>
    public PieceVocabulary(SentencePieceModel model)
    {
        _model = model;
        for (int piece = 0; piece < model.PieceCount; piece++)
        {
            ReadOnlySpan<byte> text = model.PieceOf(piece);
            PieceType type = model.TypeOf(piece);
            PieceTrie trie = type is PieceType.Normal or PieceType.UserDefined or PieceType.Unused ? Pieces : _reserved;
            int there = trie.Add(text, piece);
            if (there != PieceTrie.None)
            {
                throw new InvalidDataException($"its pieces {there} and {piece} are both {VocabularyFile.Quote(Encoding.UTF8.GetString(text))}, and every piece must be there once");
            }

            if (type == PieceType.UserDefined)
            {
                UserDefined ??= new PieceTrie();
                UserDefined.Add(text, piece);
            }
        }
    }

    /// <summary>The pieces that text is put together to, with those that are never encoded to.</summary>
    public PieceTrie Pieces { get; } = new();

    /// <summary>The pieces that are never split, or <see langword="null"/> where there are none.</summary>
    public PieceTrie? UserDefined { get; }

    /// <summary>Whether a part of text that begins with a byte may be a piece that text is not put together to.</summary>
    public bool MayBeReserved(byte first) => _reserved.Child(PieceTrie.Root, first) != PieceTrie.None;

    /// <summary>The piece of a part of text that is cut no further; the unknown piece where there is none.</summary>
    public int Find(ReadOnlySpan<byte> text)
    {
        // SentencePiece finds control pieces here, too, and then fails because they stand for no text. Written out, they are text.
        int piece = _reserved.Find(text);
        if (piece == PieceTrie.None || _model.TypeOf(piece) == PieceType.Control)
        {
            piece = Pieces.Find(text);
        }

        return piece == PieceTrie.None ? _model.UnknownToken : piece;
    }
}

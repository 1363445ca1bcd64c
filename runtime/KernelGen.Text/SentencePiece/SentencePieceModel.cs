using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace KernelGen.Text;

/// <summary>A SentencePiece model: its pieces and settings, read in place from <c>sentencepiece_model.proto</c>'s message.</summary>
internal sealed class SentencePieceModel
{
    // Field numbers of sentencepiece_model.proto.
    private const int PieceField = 1;
    private const int TrainerField = 2;
    private const int NormalizerField = 3;
    private const int DenormalizerField = 5;

    /// <summary>The length in bytes that no piece reaches, here as in SentencePiece; those that it learns itself have a few dozen.</summary>
    public const int PieceLengthLimit = 8000;

    private const int BytePieces = 256;

    private static readonly byte[] DefaultUnknownSurface = Encoding.UTF8.GetBytes(" \u2047 ");

    private readonly byte[] _file;
    private readonly List<Piece> _pieces = [];
    private byte[] _unknownSurface = DefaultUnknownSurface;
    private string _startPiece = "<s>";
    private string _endPiece = "</s>";
    private string _padPiece = "<pad>";
    private ulong _type = (ulong)SentencePieceModelType.Unigram;
    private (int Start, int Length) _characterMap;

    private SentencePieceModel(byte[] file) => _file = file;

    /// <summary>The number of pieces.</summary>
    public int PieceCount => _pieces.Count;

    /// <summary>The token of everything that the model has no piece for.</summary>
    public int UnknownToken { get; private set; } = -1;

    /// <summary>The token that begins a sequence, if there is one.</summary>
    public int? StartToken { get; private set; }

    /// <summary>The token that ends a sequence, if there is one.</summary>
    public int? EndToken { get; private set; }

    /// <summary>The token that fills batches, if there is one.</summary>
    public int? PadToken { get; private set; }

    /// <summary>How the model cuts text into pieces.</summary>
    public SentencePieceModelType Type => (SentencePieceModelType)_type;

    /// <summary>Whether encoding writes what it has no piece for as bytes.</summary>
    public bool HasByteFallback { get; private set; }

    /// <summary>Whether encoding puts a space before the text, or behind it where <see cref="TreatsWhiteSpaceAsSuffix"/>.</summary>
    public bool AddsDummyPrefix { get; private set; } = true;

    /// <summary>Whether encoding drops spaces at both ends and all but the first of those that follow each other.</summary>
    public bool RemovesExtraWhiteSpace { get; private set; } = true;

    /// <summary>Whether spaces are U+2581 in pieces.</summary>
    public bool EscapesWhiteSpace { get; private set; } = true;

    /// <summary>Whether a space belongs to the word before it.</summary>
    public bool TreatsWhiteSpaceAsSuffix { get; private set; }

    /// <summary>The rules by which text is rewritten before it is cut, in the form that <see cref="CharacterMap"/> reads; empty for none.</summary>
    public ReadOnlySpan<byte> CompiledCharacterMap => _file.AsSpan(_characterMap.Start, _characterMap.Length);

    /// <summary>Whether a space at the very start of decoded text is the one that encoding put there.</summary>
    public bool DropsLeadingSpace => AddsDummyPrefix || RemovesExtraWhiteSpace;

    /// <summary>Whether all spaces at the start of decoded text are dropped, not only one.</summary>
    public bool DropsAllLeadingSpaces => RemovesExtraWhiteSpace;

    /// <summary>What an unknown token is decoded to, in UTF-8.</summary>
    public ReadOnlySpan<byte> UnknownSurface => _unknownSurface;

    /// <summary>The kind of a piece.</summary>
    public PieceType TypeOf(int token) => _pieces[token].Type;

    /// <summary>How good a piece is: the logarithm of its probability (unigram), or the higher the earlier it is merged (BPE). It is finite.</summary>
    public float ScoreOf(int token) => _pieces[token].Score;

    /// <summary>A piece in UTF-8; spaces are U+2581.</summary>
    public ReadOnlySpan<byte> PieceOf(int token) => _file.AsSpan(_pieces[token].Start, _pieces[token].Length);

    /// <summary>A piece as text; spaces are U+2581.</summary>
    public string TextOf(int token) => Encoding.UTF8.GetString(PieceOf(token));

    /// <summary>The byte that a piece of type <see cref="PieceType.Byte"/> stands for.</summary>
    public byte ByteOf(int token) => byte.Parse(PieceOf(token)[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>Reads a model.</summary>
    /// <param name="file">The bytes of the file, which are kept.</param>
    /// <param name="source">How errors name the file.</param>
    /// <exception cref="InvalidDataException">The bytes are not a SentencePiece model, or one that is not supported.</exception>
    public static SentencePieceModel Read(byte[] file, string source)
    {
        var model = new SentencePieceModel(file);
        try
        {
            model.ReadFields();
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{source} is not a SentencePiece model, or it is damaged: {exception.Message}.", exception);
        }

        if (!Enum.IsDefined(model.Type))
        {
            throw new InvalidDataException($"{source} is a SentencePiece model of type {model._type}, which is not supported. Supported are unigram (1), BPE (2), word (3) and character (4) models.");
        }

        return model;
    }

    private void ReadFields()
    {
        bool hasTrainer = false;
        bool hasNormalizer = false;
        var fields = new ProtobufReader(_file);
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case PieceField:
                    ReadPiece(fields.Bytes, fields.Start);
                    break;
                case TrainerField:
                    ReadTrainer(fields.Bytes, fields.Start);
                    hasTrainer = true;
                    break;
                case NormalizerField:
                    ReadNormalizer(fields.Bytes, fields.Start);
                    hasNormalizer = true;
                    break;
                case DenormalizerField:
                    RefuseDenormalizer(fields.Bytes, fields.Start);
                    break;
            }
        }

        if (_pieces.Count == 0)
        {
            throw new InvalidDataException("it has no pieces");
        }

        if (!hasTrainer || !hasNormalizer)
        {
            throw new InvalidDataException($"it has {_pieces.Count} pieces, but ends before the settings that should follow them");
        }

        FindSpecialTokens();
        CheckBytes();
    }

    private void ReadPiece(ReadOnlySpan<byte> message, int messageStart)
    {
        int token = _pieces.Count;
        int start = 0;
        int length = 0;
        float score = 0;
        ulong type = (ulong)PieceType.Normal;
        var fields = new ProtobufReader(message, messageStart);
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case 1:
                    start = fields.Start;
                    length = fields.Bytes.Length;
                    break;
                case 2:
                    score = BitConverter.UInt32BitsToSingle((uint)fields.Number);
                    break;
                case 3:
                    type = fields.Number;
                    break;
            }
        }

        ReadOnlySpan<byte> piece = _file.AsSpan(start, length);
        if (length == 0)
        {
            throw new InvalidDataException($"piece {token} has no text");
        }

        if (length >= PieceLengthLimit)
        {
            throw new InvalidDataException($"piece {token} has {length} bytes, and pieces have fewer than {PieceLengthLimit}");
        }

        if (!Utf8.IsValid(piece))
        {
            throw new InvalidDataException($"the text of piece {token} is not UTF-8");
        }

        if (!float.IsFinite(score))
        {
            throw new InvalidDataException($"piece {token} has the score {score.ToString(CultureInfo.InvariantCulture)}, which is no number to compare with");
        }

        if (type is < (ulong)PieceType.Normal or > (ulong)PieceType.Byte)
        {
            throw new InvalidDataException($"piece {token} is of the unknown type {type}");
        }

        if (type == (ulong)PieceType.Byte && !IsBytePiece(piece))
        {
            throw new InvalidDataException($"piece {token} stands for a byte, but its text is {VocabularyFile.Quote(Encoding.UTF8.GetString(piece))}, not of the form '<0x41>'");
        }

        _pieces.Add(new Piece(start, length, score, (PieceType)type));
    }

    private static bool IsBytePiece(ReadOnlySpan<byte> piece) =>
        piece.Length == 6 && piece.StartsWith("<0x"u8) && char.IsAsciiHexDigit((char)piece[3]) && char.IsAsciiHexDigit((char)piece[4]) && piece[5] == '>';

    private void ReadTrainer(ReadOnlySpan<byte> message, int messageStart)
    {
        var fields = new ProtobufReader(message, messageStart);
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case 3:
                    _type = fields.Number;
                    break;
                case 24:
                    TreatsWhiteSpaceAsSuffix = fields.Number != 0;
                    break;
                case 35:
                    HasByteFallback = fields.Number != 0;
                    break;
                case 44:
                    _unknownSurface = Utf8.IsValid(fields.Bytes) ? fields.Bytes.ToArray() : throw new InvalidDataException("what unknown tokens are decoded to is not UTF-8");
                    break;
                case 46:
                    _startPiece = Encoding.UTF8.GetString(fields.Bytes);
                    break;
                case 47:
                    _endPiece = Encoding.UTF8.GetString(fields.Bytes);
                    break;
                case 48:
                    _padPiece = Encoding.UTF8.GetString(fields.Bytes);
                    break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> message, int messageStart)
    {
        var fields = new ProtobufReader(message, messageStart);
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case 2:
                    _characterMap = (fields.Start, fields.Bytes.Length);
                    break;
                case 3:
                    AddsDummyPrefix = fields.Number != 0;
                    break;
                case 4:
                    RemovesExtraWhiteSpace = fields.Number != 0;
                    break;
                case 5:
                    EscapesWhiteSpace = fields.Number != 0;
                    break;
            }
        }
    }

    private static void RefuseDenormalizer(ReadOnlySpan<byte> message, int messageStart)
    {
        var fields = new ProtobufReader(message, messageStart);
        while (fields.Read())
        {
            if (fields.Field == 2 && !fields.Bytes.IsEmpty)
            {
                throw new InvalidDataException("it rewrites decoded text by a denormalizer, which is not supported");
            }
        }
    }

    private void FindSpecialTokens()
    {
        for (int token = 0; token < _pieces.Count; token++)
        {
            switch (_pieces[token].Type)
            {
                case PieceType.Unknown when UnknownToken >= 0:
                    throw new InvalidDataException($"pieces {UnknownToken} and {token} are both the unknown piece");
                case PieceType.Unknown:
                    UnknownToken = token;
                    break;
                case PieceType.Control:
                    string piece = TextOf(token);
                    StartToken ??= piece == _startPiece ? token : null;
                    EndToken ??= piece == _endPiece ? token : null;
                    PadToken ??= piece == _padPiece ? token : null;
                    break;
            }
        }

        if (UnknownToken < 0)
        {
            throw new InvalidDataException("it has no unknown piece");
        }
    }

    /// <summary>Refuses what SentencePiece refuses: pieces for bytes where there should be none, and some that are missing where there should be all.</summary>
    private void CheckBytes()
    {
        Span<bool> isThere = stackalloc bool[BytePieces];
        for (int token = 0; token < _pieces.Count; token++)
        {
            if (_pieces[token].Type == PieceType.Byte)
            {
                isThere[ByteOf(token)] = HasByteFallback
                    ? true
                    : throw new InvalidDataException($"piece {token} stands for a byte, but the model says that it does not write unknown characters as bytes");
            }
        }

        if (HasByteFallback && isThere.IndexOf(false) is >= 0 and int missing)
        {
            throw new InvalidDataException($"it writes unknown characters as bytes, and has no piece for the byte 0x{missing:X2}");
        }
    }

    /// <summary>A piece, and where its text is in the file.</summary>
    private readonly struct Piece(int start, int length, float score, PieceType type)
    {
        public readonly int Start = start;
        public readonly int Length = length;
        public readonly float Score = score;
        public readonly PieceType Type = type;
    }
}

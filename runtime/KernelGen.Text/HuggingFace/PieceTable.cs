using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>The pieces of a vocabulary, as bytes, and their tokens: each finds the other. Nothing is allocated for a piece.</summary>
internal sealed class PieceTable
{
    /// <summary>How many numbers a vocabulary may leave out: real ones leave out a few, and a file must not make a table much larger than itself.</summary>
    public const int MostHoles = 1 << 16;

    private readonly ulong _seed = (ulong)Random.Shared.NextInt64();
    private readonly ulong _multiplier = (ulong)Random.Shared.NextInt64() | 0x8000_0000_0000_0001;
    private byte[] _text;
    private int _textLength;
    private Place[] _places;
    private int _count;

    /// <summary>Each slot is a hash in the upper half and a token plus one in the lower; 0 is an empty slot.</summary>
    private ulong[] _slots;

    /// <summary>Creates an empty table.</summary>
    /// <param name="pieces">About how many pieces there will be.</param>
    /// <param name="bytes">About how many bytes they will have together.</param>
    public PieceTable(int pieces = 0, int bytes = 0)
    {
        _text = new byte[Math.Max(bytes, 64)];
        _places = new Place[Math.Max(pieces, 16)];
        _slots = new ulong[SlotsFor(_places.Length)];
    }

    /// <summary>Whether more numbers are left out than may be.</summary>
    public bool HasTooManyHoles => Size > _count + MostHoles;

    /// <summary>One more than the greatest token.</summary>
    public int Size { get; private set; }

    /// <summary>The number of pieces; less than <see cref="Size"/> where tokens are left out.</summary>
    public int Count => _count;

    /// <summary>The length of the longest piece, in bytes.</summary>
    public int Longest { get; private set; }

    /// <summary>The bytes of all pieces together.</summary>
    public int TextLength => _textLength;

    /// <summary>Creates a table for the pieces of a JSON file.</summary>
    /// <param name="length">The length of the file.</param>
    public static PieceTable ForFile(int length) => new(length / 64, length / 4);

    /// <summary>
    /// More than any token of a JSON file. Numbers may come in any order, and what they may be at most is known at the end. Until then it is more than a file of this length has pieces.
    /// </summary>
    /// <param name="length">The length of the file.</param>
    public static int MostTokens(int length) => (length / "\"\":0,".Length) + MostHoles;

    /// <summary>Adds a piece.</summary>
    /// <param name="piece">Its bytes.</param>
    /// <param name="token">Its token, less than <see cref="MostHoles"/> beyond the pieces that are there.</param>
    /// <returns>The token that has the same bytes already, or -1 where the piece was added.</returns>
    public int Add(ReadOnlySpan<byte> piece, int token)
    {
        uint hash = Hash(piece);
        if (Find(piece, hash, out uint slot) is >= 0 and int other)
        {
            return other;
        }

        if (token >= _places.Length)
        {
            Array.Resize(ref _places, Math.Max(token + 1, 2 * _places.Length));
        }

        if (_text.Length - _textLength < piece.Length)
        {
            Array.Resize(ref _text, Math.Max(2 * _text.Length, _textLength + piece.Length));
        }

        piece.CopyTo(_text.AsSpan(_textLength));
        _places[token] = new Place(_textLength, piece.Length + 1);
        _textLength += piece.Length;
        Size = Math.Max(Size, token + 1);
        Longest = Math.Max(Longest, piece.Length);
        _slots[slot] = Slot(hash, token);
        if (2 * ++_count > _slots.Length)
        {
            Grow();
        }

        return -1;
    }

    /// <summary>Whether a token has a piece.</summary>
    public bool Has(int token) => (uint)token < (uint)Size && _places[token].LengthAndOne > 0;

    /// <summary>The bytes of a token's piece; none where the token is left out.</summary>
    public ReadOnlySpan<byte> this[int token] => _places[token] is { LengthAndOne: > 0 } place ? _text.AsSpan(place.Start, place.LengthAndOne - 1) : [];

    /// <summary>The token of a piece, or -1.</summary>
    public int Find(ReadOnlySpan<byte> piece) => Find(piece, Hash(piece), out _);

    /// <summary>The token of a piece, or -1, and the hash of its bytes.</summary>
    public int Find(ReadOnlySpan<byte> piece, out uint hash)
    {
        hash = Hash(piece);
        return Find(piece, hash, out _);
    }

    private static int SlotsFor(int pieces) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * pieces));

    private static ulong Slot(uint hash, int token) => ((ulong)hash << 32) | (uint)(token + 1);

    /// <summary>The token of a piece, or -1 and the slot that is free for it.</summary>
    private int Find(ReadOnlySpan<byte> piece, uint hash, out uint slot)
    {
        ulong[] slots = _slots;
        for (slot = hash & (uint)(slots.Length - 1); ; slot = (slot + 1) & (uint)(slots.Length - 1))
        {
            ulong found = slots[slot];
            if (found == 0)
            {
                return -1;
            }

            if ((uint)(found >> 32) == hash)
            {
                int token = (int)(uint)found - 1;
                Place place = _places[token];
                if (piece.SequenceEqual(_text.AsSpan(place.Start, place.LengthAndOne - 1)))
                {
                    return token;
                }
            }
        }
    }

    private static void Put(ulong[] slots, uint hash, int token)
    {
        uint slot = hash;
        while (slots[slot & (uint)(slots.Length - 1)] != 0)
        {
            slot++;
        }

        slots[slot & (uint)(slots.Length - 1)] = Slot(hash, token);
    }

    private void Grow()
    {
        ulong[] slots = new ulong[SlotsFor(_count)];
        foreach (ulong slot in _slots)
        {
            if (slot != 0)
            {
                Put(slots, (uint)(slot >> 32), (int)(uint)slot - 1);
            }
        }

        _slots = slots;
    }

    /// <summary>A hash that differs from table to table, so that no file can be made whose pieces all share one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Hash(ReadOnlySpan<byte> piece)
    {
        ref byte start = ref MemoryMarshal.GetReference(piece);
        int length = piece.Length;
        ulong hash = _seed ^ (uint)length;
        int position = 0;
        for (; length - position > 8; position += 8)
        {
            hash = Mix(hash ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, position)));
        }

        int rest = length - position;
        ulong tail = rest >= 8
            ? BinaryPrimitives.ReadUInt64LittleEndian(piece[position..])
            : rest >= 4
                ? BinaryPrimitives.ReadUInt32LittleEndian(piece[position..]) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(piece[^4..]) << 32)
                : rest > 0
                    ? piece[position] | ((ulong)piece[position + (rest >> 1)] << 8) | ((ulong)piece[length - 1] << 16)
                    : 0;
        hash = Mix(hash ^ tail);
        return (uint)(hash ^ (hash >> 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Mix(ulong value)
    {
        ulong high = Math.BigMul(value, _multiplier, out ulong low);
        return high ^ low;
    }

    /// <summary>Where a piece is in the text of all, and its length plus one: 0 is a token that is left out.</summary>
    private readonly record struct Place(int Start, int LengthAndOne);
}

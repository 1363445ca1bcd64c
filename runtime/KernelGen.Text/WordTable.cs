using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.Text;

/// <summary>
/// The tokens of short words that were cut before: a text has few words, often. It starts small, is filled until it holds <see cref="MostWords"/>, and then
/// stays, so that any number of threads read it without a lock, and a warm tokenizer allocates nothing.
/// </summary>
/// <remarks>A look-up takes a fixed number of probes at most, so that no words, however they are chosen, make it slow.</remarks>
internal sealed class WordTable
{
    /// <summary>The most tokens of a word.</summary>
    public const int MostTokens = 7;

    /// <summary>The numbers that are kept of a word: an <see cref="Item"/> for each token, then zeros; the last is free for whoever keeps the word.</summary>
    public const int ItemCount = MostTokens + 1;

    /// <summary>The greatest token that can be kept.</summary>
    public const int GreatestToken = int.MaxValue >> EndBits;

    /// <summary>The most words; with two slots of 48 bytes for each, 1.5 MB.</summary>
    public const int MostWords = 1 << 14;

    private const int FirstSlots = 1 << 6;
    private const int Probes = 8;
    private const int EndBits = 8;

    private readonly ulong _lowSeed = (ulong)Random.Shared.NextInt64();
    private readonly ulong _highSeed = (ulong)Random.Shared.NextInt64() | 0x8000_0000_0000_0000;
    private readonly Lock _lock = new();
    private Slot[] _slots = new Slot[FirstSlots];
    private int _count;

    /// <summary>Whether there is no room for another word.</summary>
    public bool IsFull => _count >= MostWords;

    /// <summary>A token and where it ends in its word, as one number, which is not 0.</summary>
    public static int Item(int token, int end) => (token << EndBits) | end;

    /// <summary>The token of an item.</summary>
    public static int TokenOf(int item) => item >> EndBits;

    /// <summary>Where the token of an item ends in its word.</summary>
    public static int EndOf(int item) => item & ((1 << EndBits) - 1);

    /// <summary>The tokens of four items.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> TokensOf(Vector128<int> items) => Vector128.ShiftRightArithmetic(items, EndBits);

    /// <summary>How many of four items there are before the first 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountOf(Vector128<int> items) =>
        BitOperations.TrailingZeroCount(Vector128.Equals(items, Vector128<int>.Zero).ExtractMostSignificantBits() | (1u << Vector128<int>.Count));

    /// <summary>Finds the items of a word.</summary>
    /// <param name="key">The word.</param>
    /// <param name="first">The first four.</param>
    /// <param name="rest">The others.</param>
    /// <returns>Whether the word is known.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(WordKey key, out Vector128<int> first, out Vector128<int> rest)
    {
        Slot[] slots = _slots;
        uint index = Hash(key);
        for (int probe = 0; probe < Probes; probe++, index++)
        {
            // Once the upper half of a key is there, so is the rest of the slot.
            ref Slot slot = ref slots[index & (uint)(slots.Length - 1)];
            ulong high = Volatile.Read(ref slot.High);
            if (high == key.High && slot.Low == key.Low)
            {
                first = slot.First;
                rest = slot.Rest;
                return true;
            }

            if (high == 0)
            {
                break;
            }
        }

        first = rest = default;
        return false;
    }

    /// <summary>Keeps a word, where there is room.</summary>
    /// <param name="key">The word.</param>
    /// <param name="items">All its numbers, <see cref="ItemCount"/> of them.</param>
    /// <returns>Whether it is there now.</returns>
    public bool Keep(WordKey key, ReadOnlySpan<int> items)
    {
        if (IsFull)
        {
            return false;
        }

        lock (_lock)
        {
            if (TryFind(key, out _, out _))
            {
                return true;
            }

            if (IsFull)
            {
                return false;
            }

            if (2 * (_count + 1) > _slots.Length)
            {
                var larger = new Slot[2 * _slots.Length];
                foreach (ref readonly Slot slot in _slots.AsSpan())
                {
                    if (slot.High != 0)
                    {
                        Put(larger, slot);
                    }
                }

                _slots = larger;
            }

            var word = new Slot { Low = key.Low, High = key.High, First = Vector128.Create(items), Rest = Vector128.Create(items[Vector128<int>.Count..]) };
            if (!Put(_slots, word))
            {
                return false;
            }

            _count++;
            return true;
        }
    }

    private bool Put(Slot[] slots, in Slot word)
    {
        uint index = Hash(word.Low, word.High);
        for (int probe = 0; probe < Probes; probe++, index++)
        {
            ref Slot slot = ref slots[index & (uint)(slots.Length - 1)];
            if (slot.High == 0)
            {
                slot.Low = word.Low;
                slot.First = word.First;
                slot.Rest = word.Rest;
                Volatile.Write(ref slot.High, word.High);
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Hash(WordKey key) => Hash(key.Low, key.High);

    /// <summary>A hash that differs from table to table, so that nobody can choose words that share one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Hash(ulong keyLow, ulong keyHigh)
    {
        ulong high = Math.BigMul(keyLow ^ _lowSeed, keyHigh ^ _highSeed, out ulong low);
        return (uint)(high ^ low ^ (low >> 32));
    }

    private struct Slot
    {
        public ulong Low;
        public ulong High;
        public Vector128<int> First;
        public Vector128<int> Rest;
    }
}

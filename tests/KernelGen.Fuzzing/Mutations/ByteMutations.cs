using System.Buffers.Binary;

namespace KernelGen.Fuzzing.Mutations;

/// <summary>Changes that know nothing of what a file means.</summary>
internal static class ByteMutations
{
    private const int LongestFile = 1 << 22;

    private static readonly ulong[] Boundaries =
    [
        0, 1, 2, 7, 8, 15, 16, 63, 64, 65, 0x7F, 0x80, 0xFF, 0x100, 4095, 4096, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 100_000_000, 100_000_001, 0x7FFF_FFFF, 0x8000_0000,
        0xFFFF_FFF0, 0xFFFF_FFFF, 0x1_0000_0000, 0x3FFF_FFFF_FFFF_FFFF, 0x7FFF_FFFF_FFFF_FFF0, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFF8, ulong.MaxValue,
    ];

    /// <summary>A number where arithmetic goes wrong.</summary>
    public static ulong Boundary(Random random) => Boundaries[random.Next(Boundaries.Length)];

    /// <summary>Changes a copy of a file once.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="file">The file.</param>
    /// <param name="other">Another one, to take from.</param>
    public static byte[] Mutate(Random random, byte[] file, byte[] other)
    {
        int position = random.Next(file.Length + 1);
        int length = Math.Min(random.Next(random.Next(4) == 0 ? 300 : 12) + 1, file.Length - position);
        switch (random.Next(12))
        {
            case 0:
                return file[..position];
            case 1:
                byte[] more = new byte[random.Next(random.Next(4) == 0 ? 5000 : 20)];
                random.NextBytes(random.Next(2) == 0 ? more : []);
                return [.. file, .. more];
            case 2:
                return [.. file[..position], .. file[(position + length)..]];
            case 3:
                int copies = random.Next(8) == 0 ? random.Next(1, 200) : 1;
                return file.Length + ((long)length * copies) > LongestFile
                    ? [.. file]
                    : [.. file[..position], .. Enumerable.Repeat(file[position..(position + length)], copies).SelectMany(static part => part), .. file[position..]];
            case 4:
                return [.. file[..position], .. other[random.Next(other.Length + 1)..]];
            case 5:
                int from = random.Next(other.Length + 1);
                return [.. file[..position], .. other[from..Math.Min(other.Length, from + length)], .. file[(position + length)..]];
        }

        byte[] changed = [.. file];
        if (length <= 0)
        {
            return changed;
        }

        switch (random.Next(5))
        {
            case 0:
                changed[position] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                changed[position] = (byte)random.Next(256);
                break;
            case 2:
                changed[position] += (byte)(random.Next(2) == 0 ? 1 : -1);
                break;
            case 3:
                changed.AsSpan(position, length).Fill((byte)Boundary(random));
                break;
            default:
                WriteInteger(random, changed.AsSpan(position), Boundary(random) + (ulong)(random.Next(3) - 1));
                break;
        }

        return changed;
    }

    /// <summary>Writes an integer of some width and byte order, as far as there is room.</summary>
    private static void WriteInteger(Random random, Span<byte> place, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        int width = 1 << random.Next(4);
        if (random.Next(4) == 0)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, value << (64 - (8 * width)));
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        }

        bytes[..Math.Min(width, place.Length)].CopyTo(place);
    }
}

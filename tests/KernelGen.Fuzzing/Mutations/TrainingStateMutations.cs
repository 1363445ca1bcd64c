using System.Buffers.Binary;
using System.Text;
using KernelGen.Numerics;

namespace KernelGen.Fuzzing.Mutations;

/// <summary>States of training that lie under right checksums.</summary>
internal static class TrainingStateMutations
{
    private const int LengthOffset = 12;
    private const int Prefix = 16;

    /// <summary>Changes a copy of a file.</summary>
    public static byte[] Mutate(Random random, byte[] file)
    {
        int text = (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(LengthOffset));
        byte[] numbers = file[(Prefix + text + sizeof(uint))..^sizeof(uint)];
        string[] lines = Encoding.UTF8.GetString(file, Prefix, text).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int line = random.Next(lines.Length);
            switch (random.Next(7))
            {
                case 0:
                    lines = [.. lines[..line], .. lines[(line + 1)..], lines[0]];
                    break;
                case 1:
                    lines[line] += random.Next(2) == 0 ? "=" : "\u001b[31m";
                    break;
                case 2:
                    numbers = random.Next(2) == 0 ? numbers[..^random.Next(numbers.Length)] : [.. numbers, .. new byte[random.Next(300)]];
                    break;
                case 3:
                    random.NextBytes(numbers.AsSpan(random.Next(numbers.Length)));
                    break;
                default:
                    string[] values = ["", "-1", "0", "1", "true", "NaN", "-Infinity", "1e308", $"{ByteMutations.Boundary(random)}", $"{(long)ByteMutations.Boundary(random)}"];
                    lines[line] = $"{lines[line].Split('=')[0]}={values[random.Next(values.Length)]}";
                    break;
            }
        }

        byte[] written = Encoding.UTF8.GetBytes(string.Concat(lines.Select(static line => line + "\n")));
        byte[] header = [.. file[..LengthOffset], .. Number((uint)written.Length), .. written];
        return [.. header, .. Checksum(header), .. numbers, .. Checksum(numbers)];
    }

    private static byte[] Checksum(byte[] bytes) => Number(Crc32C.Finish(Crc32C.Append(Crc32C.Initial, bytes)));

    private static byte[] Number(uint number)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        return bytes;
    }
}

using System.Buffers.Binary;
using KernelGen.Fuzzing.Seeds;

namespace KernelGen.Fuzzing.Mutations;

/// <summary>Checkpoints that lie about their tensors, and honest ones that hold other tensors than they should.</summary>
internal static class SafetensorsMutations
{
    private static readonly string[] Types =
        ["F32", "F16", "BF16", "F64", "I64", "I32", "I16", "I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2", "F4", "C64", "f32", "", "F32\\u0000", new('F', 2000)];

    private static readonly byte[][] Numbers = [[0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0x7F], [0, 0, 0x80, 0xFF], [0xFF, 0xFF, 0x7F, 0x7F], [1, 0, 0, 0], [0, 0, 0, 0x80], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0x7C, 0, 0xFC]];

    /// <summary>Changes the tensors of a file some times, and writes it with a right header but for what lies.</summary>
    public static byte[] Mutate(Random random, List<TensorEntry> tensors)
    {
        List<TensorEntry> entries = [.. tensors];
        for (int changes = random.Next(1, 4); changes > 0 && entries.Count > 0; changes--)
        {
            MutateOnce(random, entries);
        }

        return SafetensorsParts.Write(entries, random.Next(8) == 0 ? Metadata(random) : "");
    }

    /// <summary>Changes the JSON of the header, and its length so that it is right, or not.</summary>
    public static byte[] MutateHeader(Random random, byte[] file)
    {
        int headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        byte[] header = JsonMutations.Mutate(random, file[sizeof(long)..(sizeof(long) + headerLength)]);
        byte[] changed = SafetensorsParts.FromHeader(header, file[(sizeof(long) + headerLength)..]);
        if (random.Next(8) == 0)
        {
            ulong length = random.Next(2) == 0 ? ByteMutations.Boundary(random) : (ulong)(header.Length + random.Next(-3, 4));
            BinaryPrimitives.WriteUInt64LittleEndian(changed, length);
        }

        return changed;
    }

    private static void MutateOnce(Random random, List<TensorEntry> entries)
    {
        int index = random.Next(entries.Count);
        int other = random.Next(entries.Count);
        TensorEntry entry = entries[index];
        switch (random.Next(14))
        {
            case 0:
                entries[index] = entry with { Begin = Offset(random, entries) };
                break;
            case 1:
                entries[index] = entry with { End = Offset(random, entries) };
                break;
            case 2:
                // The place of another: overlap, and holes elsewhere.
                int before = entries.Take(other).Sum(static one => one.Data.Length);
                entries[index] = entry with { Begin = $"{before}", End = $"{before + entries[other].Data.Length}" };
                break;
            case 3:
                string[] shape = [.. entry.Shape];
                if (shape.Length > 0)
                {
                    shape[random.Next(shape.Length)] = $"{ByteMutations.Boundary(random)}";
                }

                entries[index] = entry with { Shape = shape };
                break;
            case 4:
                entries[index] = entry with { Shape = random.Next(2) == 0 ? [.. Enumerable.Reverse(entry.Shape)] : [.. entry.Shape, .. Enumerable.Repeat("1", random.Next(1, 70))] };
                break;
            case 5:
                entries[index] = entry with { Type = Types[random.Next(Types.Length)] };
                break;
            case 6:
                entries[index] = entry with { Name = entries[other].Name };
                break;
            case 7:
                entries[index] = entry with { Name = Name(random, entry.Name) };
                break;
            case 8:
                entries.RemoveAt(index);
                break;
            case 9:
                (entries[index], entries[other]) = (entries[other], entry);
                break;
            case 10:
                entries[index] = entry with { Data = entries[other].Data, Shape = entries[other].Shape };
                break;
            case 11:
                entries[index] = entry with { Data = [], Shape = random.Next(2) == 0 ? ["0"] : [.. entry.Shape.Select(static _ => "0")] };
                break;
            case 12:
                entries[index] = entry with { Extra = random.Next(2) == 0 ? ",\"dtype\":\"F16\"" : ",\"more\":{\"deep\":[[]]}" };
                break;
            default:
                byte[] data = [.. entry.Data];
                byte[] number = Numbers[random.Next(Numbers.Length)];
                if (data.Length >= number.Length)
                {
                    number.CopyTo(data, random.Next(data.Length - number.Length + 1));
                }

                entries[index] = entry with { Data = data };
                break;
        }
    }

    private static string Offset(Random random, List<TensorEntry> entries) => random.Next(3) switch
    {
        0 => $"{ByteMutations.Boundary(random)}",
        1 => $"{entries.Sum(static entry => entry.Data.Length) + random.Next(-5, 5)}",
        _ => $"{random.Next(entries.Sum(static entry => entry.Data.Length) + 1)}",
    };

    private static string Name(Random random, string name) => random.Next(6) switch
    {
        0 => "model." + name,
        1 => name.Replace(".0.", $".{ByteMutations.Boundary(random)}.", StringComparison.Ordinal),
        2 => name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..],
        3 => "",
        4 => new string('n', random.Next(1, 5000)) + "\\u0007" + name,
        _ => "__metadata__",
    };

    private static string Metadata(Random random) => random.Next(4) switch
    {
        0 => "\"__metadata__\":null,",
        1 => "\"__metadata__\":{\"a\":\"b\",\"a\":\"c\"},",
        2 => "\"__metadata__\":{},\"__metadata__\":{},",
        _ => "\"__metadata__\":{\"format\":1},",
    };
}

using KernelGen.Tests.Checkpoints.PyTorch;

namespace KernelGen.Fuzzing.Mutations;

/// <summary>PyTorch files that lie: about tensors, in the instructions of their pickle, about the files in their zip file.</summary>
internal static class TorchMutations
{
    /// <summary>Instructions of pickles, those that are read and those that would run something.</summary>
    private static readonly byte[][] Instructions =
    [
        [.. "cos\nsystem\n"u8], [.. "cbuiltins\neval\n"u8], [.. "ccollections\nOrderedDict\n"u8], [.. "ctorch\nFloatStorage\n"u8], [.. "ctorch._utils\n_rebuild_tensor_v2\n"u8],
        [.. "ctorch\nSize\n"u8], [.. "("u8], [.. ")"u8], [.. "}"u8], [.. "]"u8], [.. "t"u8], [.. "R"u8], [.. "Q"u8], [.. "u"u8], [.. "s"u8], [.. "b"u8], [.. "0"u8], [.. "1"u8], [.. "2"u8], [.. "N"u8],
        [.. "a"u8], [.. "e"u8], [.. "."u8], [0x85], [0x86], [0x87], [0x88], [0x89], [0x93], [0x94], [0x81], [(byte)'q', 0], [(byte)'h', 0], [(byte)'r', 255, 255, 255, 255], [(byte)'j', 255, 255, 255, 255],
        [(byte)'X', 255, 255, 255, 127], [0x8D, 255, 255, 255, 255, 255, 255, 255, 127], [0x8A, 8, 255, 255, 255, 255, 255, 255, 255, 127], [0x8B, 255, 255, 255, 127], [0x95, 1, 0, 0, 0, 0, 0, 0, 0],
    ];

    /// <summary>A file of tensors of which some lie.</summary>
    public static byte[] Mutate(Random random, List<TorchEntry> tensors)
    {
        List<TorchEntry> entries = [.. tensors];
        for (int changes = random.Next(3); changes > 0; changes--)
        {
            MutateTensor(random, entries);
        }

        return TorchFileBuilder.Write(
            entries,
            pickle => random.Next(3) == 0 ? MutatePickle(random, pickle) : pickle,
            zip => random.Next(3) == 0 ? MutateZip(random, zip) : zip);
    }

    private static void MutateTensor(Random random, List<TorchEntry> entries)
    {
        int index = random.Next(entries.Count);
        int other = random.Next(entries.Count);
        TorchEntry entry = entries[index];
        long number = unchecked((long)ByteMutations.Boundary(random)) * (random.Next(8) == 0 ? -1 : 1);
        entries[index] = random.Next(12) switch
        {
            0 => entry with { Offset = random.Next(2) == 0 ? number : random.Next(-2, 3) },
            1 => entry with { Count = random.Next(2) == 0 ? number : random.Next(200) },
            2 => entry with { Shape = Changed(random, entry.Shape, number) },
            3 => entry with { Strides = Changed(random, entry.Shape, number) },
            4 => entry with { Strides = new long[entry.Shape.Length] },
            5 => entry with { Shape = [.. entry.Shape, .. Enumerable.Repeat(random.Next(3) == 0 ? number : 1, random.Next(1, 70))] },
            6 => entry with { Name = entries[other].Name },
            7 => entry with { Name = entry.Name + "\u202e\u2028\u001b[2J\ud800" },
            8 => entry with { Key = $"{random.Next(4)}" },
            9 => entry with { Key = random.Next(2) == 0 ? "../data.pkl" : new string('9', random.Next(300)) },
            10 => entry with { Type = random.Next(3) switch { 0 => "F64", 1 => "I64", _ => "system" } },
            _ => entry with { Data = random.Next(2) == 0 ? entry.Data[..random.Next(entry.Data.Length + 1)] : entries[other].Data },
        };
    }

    private static long[] Changed(Random random, long[] numbers, long number)
    {
        long[] changed = [.. numbers];
        changed[random.Next(changed.Length)] = number;
        return changed;
    }

    private static byte[] MutatePickle(Random random, byte[] pickle)
    {
        int position = random.Next(pickle.Length + 1);
        byte[] instruction = Instructions[random.Next(Instructions.Length)];
        return random.Next(3) switch
        {
            0 => [.. pickle[..position], .. instruction, .. pickle[Math.Min(pickle.Length, position + instruction.Length)..]],
            1 => [.. pickle[..position], .. Enumerable.Repeat(instruction, random.Next(1, random.Next(8) == 0 ? 5000 : 3)).SelectMany(static bytes => bytes), .. pickle[position..]],
            _ => ByteMutations.Mutate(random, pickle, pickle),
        };
    }

    private static ZipBuilder MutateZip(Random random, ZipBuilder zip)
    {
        ulong number = ByteMutations.Boundary(random);
        zip.IsLarge = random.Next(2) == 0;
        int index = random.Next(zip.Parts.Count);
        ZipPart part = zip.Parts[index];
        switch (random.Next(12))
        {
            case 0:
                zip.Parts[index] = part with { Begin = number };
                break;
            case 1:
                zip.Parts[index] = part with { Begin = (ulong)random.Next(5000) };
                break;
            case 2:
                zip.Parts[index] = part with { Length = number, StoredLength = random.Next(2) == 0 ? number : null };
                break;
            case 3:
                zip.Parts[index] = part with { StoredLength = (ulong)random.Next(5000) };
                break;
            case 4:
                zip.Parts[index] = part with { Name = zip.Parts[random.Next(zip.Parts.Count)].Name };
                break;
            case 5:
                zip.Parts[index] = part with { Method = random.Next(2) == 0 ? 8 : 99, Flags = random.Next(4) };
                break;
            case 6:
                zip.Parts[index] = part with { Padding = random.Next(200), OwnName = random.Next(2) == 0 ? part.Name + "x" : null };
                break;
            case 7:
                zip.Count = number;
                break;
            case 8:
                zip.DirectoryLength = number;
                break;
            case 9:
                zip.DirectoryBegin = random.Next(2) == 0 ? number : (ulong)random.Next(5000);
                break;
            case 10:
                zip.Gap = new byte[random.Next(100)];
                break;
            default:
                zip.Comment = new string('P', random.Next(70_000));
                break;
        }

        return zip;
    }
}

using System.Buffers.Binary;

namespace KernelGen.Fuzzing.Mutations;

/// <summary>Changes Protocol Buffers messages field by field, and those within them.</summary>
internal static class ProtobufMutations
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    private static readonly uint[] Floats = [0x7FC00000, 0x7F800000, 0xFF800000, 0x7F7FFFFF, 0xFF7FFFFF, 1, 0x80000000];

    private readonly record struct Field(ulong Number, int Kind, ulong Value, byte[] Content);

    /// <summary>Changes a copy of a message some times.</summary>
    public static byte[] Mutate(Random random, byte[] message)
    {
        List<Field> fields = Split(message);
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            Mutate(random, fields, deep: true);
        }

        var changed = new MemoryStream();
        foreach (Field field in fields)
        {
            Write(random, changed, field, honest: random.Next(100) > 0);
        }

        return changed.ToArray();
    }

    private static void Mutate(Random random, List<Field> fields, bool deep)
    {
        if (fields.Count == 0)
        {
            fields.Add(new Field((ulong)random.Next(1, 50), random.Next(6), ByteMutations.Boundary(random), []));
            return;
        }

        int index = random.Next(fields.Count);
        int other = random.Next(fields.Count);
        Field field = fields[index];
        switch (random.Next(10))
        {
            case 0:
                fields.RemoveAt(index);
                break;
            case 1:
                fields.InsertRange(other, Enumerable.Repeat(field, random.Next(8) == 0 ? random.Next(1, 300) : 1));
                break;
            case 2:
                (fields[index], fields[other]) = (fields[other], field);
                break;
            case 3:
                fields[index] = field with { Number = random.Next(2) == 0 ? (ulong)random.Next(1, 50) : ByteMutations.Boundary(random) };
                break;
            case 4:
                fields[index] = field with { Kind = random.Next(8) };
                break;
            case 5:
                fields[index] = field with { Value = random.Next(2) == 0 ? (ulong)random.Next(8) : ByteMutations.Boundary(random) };
                break;
            case 6 when field.Kind == Fixed32:
                fields[index] = field with { Value = Floats[random.Next(Floats.Length)] };
                break;
            default:
                if (field.Kind != Bytes)
                {
                    fields[index] = field with { Value = ByteMutations.Boundary(random) };
                }
                else if (deep && random.Next(4) > 0)
                {
                    List<Field> inner = Split(field.Content);
                    Mutate(random, inner, deep: false);
                    var content = new MemoryStream();
                    foreach (Field one in inner)
                    {
                        Write(random, content, one, honest: random.Next(20) > 0);
                    }

                    fields[index] = field with { Content = content.ToArray() };
                }
                else
                {
                    fields[index] = field with { Content = ByteMutations.Mutate(random, field.Content, fields[other].Content) };
                }

                break;
        }
    }

    /// <summary>The fields of a message; what is none ends it.</summary>
    private static List<Field> Split(ReadOnlySpan<byte> message)
    {
        var fields = new List<Field>();
        int position = 0;
        while (TryReadVarint(message, ref position, out ulong key))
        {
            var field = new Field(key >> 3, (int)(key & 7), 0, []);
            ulong value = 0;
            if (field.Kind is Varint or Bytes && !TryReadVarint(message, ref position, out value))
            {
                break;
            }

            int length = field.Kind switch
            {
                Fixed64 => sizeof(ulong),
                Fixed32 => sizeof(uint),
                Bytes => (int)Math.Min(value, int.MaxValue),
                _ => 0,
            };
            if (length > message.Length - position)
            {
                break;
            }

            ReadOnlySpan<byte> content = message.Slice(position, length);
            position += length;
            fields.Add(field.Kind switch
            {
                Fixed64 => field with { Value = BinaryPrimitives.ReadUInt64LittleEndian(content) },
                Fixed32 => field with { Value = BinaryPrimitives.ReadUInt32LittleEndian(content) },
                _ => field with { Value = value, Content = content.ToArray() },
            });
        }

        return fields;
    }

    private static bool TryReadVarint(ReadOnlySpan<byte> message, ref int position, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64 && position < message.Length; shift += 7)
        {
            byte part = message[position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes a field; one that is not honest has another length, or a number that is longer than it need be.</summary>
    private static void Write(Random random, MemoryStream message, Field field, bool honest)
    {
        WriteVarint(message, (field.Number << 3) | (uint)field.Kind, 1);
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, field.Value);
        switch (field.Kind)
        {
            case Varint:
                WriteVarint(message, field.Value, honest ? 1 : random.Next(1, 13));
                break;
            case Fixed64:
                message.Write(number);
                break;
            case Fixed32:
                message.Write(number[..sizeof(uint)]);
                break;
            case Bytes:
                WriteVarint(message, honest ? (ulong)field.Content.Length : ByteMutations.Boundary(random), 1);
                message.Write(field.Content);
                break;
        }
    }

    private static void WriteVarint(MemoryStream message, ulong value, int shortest)
    {
        for (; value >= 0x80 || shortest > 1; value >>= 7, shortest--)
        {
            message.WriteByte((byte)(value | 0x80));
        }

        message.WriteByte((byte)value);
    }
}

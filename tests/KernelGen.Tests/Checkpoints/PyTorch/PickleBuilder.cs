using System.Buffers.Binary;
using System.Text;

namespace KernelGen.Tests.Checkpoints.PyTorch;

/// <summary>Writes pickles instruction by instruction, as Python's would and otherwise.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> _bytes = [0x80, 2];

    public PickleBuilder Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleBuilder Op(char instruction) => Raw((byte)instruction);

    public PickleBuilder Global(string module, string name) => Raw([(byte)'c', .. Encoding.UTF8.GetBytes($"{module}\n{name}\n")]);

    public PickleBuilder Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Op('X').Raw(BitConverter.GetBytes(bytes.Length)).Raw(bytes);
    }

    /// <summary>A whole number, of 64 bits where it needs them.</summary>
    public PickleBuilder Number(long number)
    {
        if (number is >= int.MinValue and <= int.MaxValue)
        {
            return Op('J').Raw(BitConverter.GetBytes((int)number));
        }

        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Raw(0x8A, sizeof(long)).Raw(bytes);
    }

    public PickleBuilder Numbers(params ReadOnlySpan<long> numbers)
    {
        Op('(');
        foreach (long number in numbers)
        {
            Number(number);
        }

        return Op('t');
    }

    /// <summary>An empty ordered dictionary.</summary>
    public PickleBuilder Dictionary() => Global("collections", "OrderedDict").Op(')').Op('R');

    /// <summary>A storage.</summary>
    public PickleBuilder Storage(string type, string key, long count) => Op('(').Text("storage").Global("torch", type).Text(key).Text("cpu").Number(count).Op('t').Op('Q');

    /// <summary>A tensor in a storage of its own.</summary>
    public PickleBuilder Tensor(string type, string key, long count, long offset, long[] shape, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(type, key, count).Number(offset).Numbers(shape).Numbers(strides).Raw(0x89).Dictionary().Op('t').Op('R');

    public byte[] ToArray() => [.. _bytes, (byte)'.'];
}

using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using KernelGen.Checkpoints;

namespace KernelGen.Tests.Checkpoints;

/// <summary>Writes safetensors files in memory, right ones and wrong ones.</summary>
internal sealed class SafetensorsBuilder
{
    private readonly List<(string Name, string Type, long[] Shape, byte[] Data)> _tensors = [];
    private readonly List<(string Key, string Value)> _metadata = [];

    /// <summary>The names so far.</summary>
    public IEnumerable<string> Names => _tensors.Select(static tensor => tensor.Name);

    /// <summary>A file of a header as given, and zeros as data.</summary>
    public static byte[] FromHeader(string header, int dataLength = 0)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        return file;
    }

    public SafetensorsBuilder AddMetadata(string key, string value)
    {
        _metadata.Add((key, value));
        return this;
    }

    public SafetensorsBuilder Add(string name, ReadOnlySpan<int> shape, ReadOnlySpan<float> values, TensorDataType type = TensorDataType.Float32)
    {
        byte[] data = new byte[values.Length * (type == TensorDataType.Float32 ? 4 : 2)];
        for (int i = 0; i < values.Length; i++)
        {
            switch (type)
            {
                case TensorDataType.Float32:
                    BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(4 * i), values[i]);
                    break;
                case TensorDataType.Float16:
                    BinaryPrimitives.WriteHalfLittleEndian(data.AsSpan(2 * i), (Half)values[i]);
                    break;
                default:
                    // Cut off, not rounded: good enough for numbers that are chosen to fit.
                    BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(2 * i), (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16));
                    break;
            }
        }

        string typeName = type switch
        {
            TensorDataType.Float32 => "F32",
            TensorDataType.Float16 => "F16",
            _ => "BF16",
        };
        return AddBytes(name, typeName, Array.ConvertAll(shape.ToArray(), static size => (long)size), data);
    }

    public SafetensorsBuilder AddBytes(string name, string typeName, long[] shape, byte[] data)
    {
        _tensors.Add((name, typeName, shape, data));
        return this;
    }

    public SafetensorsBuilder Remove(string name)
    {
        Assert.Equal(1, _tensors.RemoveAll(tensor => tensor.Name == name));
        return this;
    }

    public SafetensorsBuilder Rename(Func<string, string> rename)
    {
        for (int i = 0; i < _tensors.Count; i++)
        {
            _tensors[i] = _tensors[i] with { Name = rename(_tensors[i].Name) };
        }

        return this;
    }

    public byte[] ToArray()
    {
        var entries = new List<string>();
        if (_metadata.Count > 0)
        {
            entries.Add($"\"__metadata__\":{{{string.Join(',', _metadata.Select(static entry => $"{Quote(entry.Key)}:{Quote(entry.Value)}"))}}}");
        }

        int offset = 0;
        foreach ((string name, string type, long[] shape, byte[] data) in _tensors)
        {
            entries.Add($"{Quote(name)}:{{\"dtype\":\"{type}\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{offset},{offset + data.Length}]}}");
            offset += data.Length;
        }

        string header = $"{{{string.Join(',', entries)}}}";
        header += new string(' ', (8 - (Encoding.UTF8.GetByteCount(header) % 8)) % 8);
        byte[] file = FromHeader(header, offset);
        int position = file.Length - offset;
        foreach ((_, _, _, byte[] data) in _tensors)
        {
            data.CopyTo(file, position);
            position += data.Length;
        }

        return file;
    }

    public SafetensorsFile Open() => SafetensorsFile.Open(new MemoryStream(ToArray()));

    private static string Quote(string text) => $"\"{JavaScriptEncoder.Default.Encode(text)}\"";
}

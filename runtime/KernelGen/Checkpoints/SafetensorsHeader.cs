using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace KernelGen.Checkpoints;

/// <summary>
/// Parses the header of a safetensors file: 8 bytes of length, then JSON <c>{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}</c>,
/// then the data that the offsets count in. Nothing in it is trusted.
/// </summary>
internal unsafe ref struct SafetensorsHeader
{
    private const int PrefixLength = sizeof(ulong);

    /// <summary>The limit of the official library.</summary>
    private const int LongestHeader = 100_000_000;

    /// <summary>More than PyTorch allows.</summary>
    private const int MostDimensions = 64;

    private const string MetadataName = "__metadata__";

    private readonly SafetensorsFile _file;
    private readonly byte* _data;
    private readonly long _dataLength;
    private readonly Dictionary<string, TensorInfo> _tensors;
    private readonly List<TensorInfo> _inOrder;
    private Dictionary<string, string>? _metadata;
    private Utf8JsonReader _reader;

    private SafetensorsHeader(SafetensorsFile file, ReadOnlySpan<byte> json, byte* data, long dataLength)
    {
        _file = file;
        _data = data;
        _dataLength = dataLength;

        // A tensor takes some 100 bytes of header.
        _tensors = new Dictionary<string, TensorInfo>((json.Length / 100) + 1);
        _inOrder = new List<TensorInfo>((json.Length / 100) + 1);
        _reader = new Utf8JsonReader(json);
    }

    /// <summary>Parses a file that is in memory.</summary>
    /// <param name="file">What the tensors belong to.</param>
    /// <param name="start">The first byte.</param>
    /// <param name="length">The number of bytes.</param>
    /// <returns>The tensors and the metadata.</returns>
    /// <exception cref="CheckpointException">The file is not valid.</exception>
    public static (Dictionary<string, TensorInfo> Tensors, Dictionary<string, string> Metadata) Parse(SafetensorsFile file, byte* start, long length)
    {
        var bytes = new ReadOnlySpan<byte>(start, (int)Math.Min(length, PrefixLength + (long)LongestHeader));
        int headerLength = CheckPrefix(file.Source, bytes, length);

        // A copy, so that what was checked stays so, even where the file is mapped and another process writes to it.
        byte[] json = bytes.Slice(PrefixLength, headerLength).ToArray();
        if (!Utf8.IsValid(json))
        {
            throw NoObject(file.Source, headerLength, bytes);
        }

        var header = new SafetensorsHeader(file, json, start + PrefixLength + headerLength, length - PrefixLength - headerLength);
        try
        {
            header.ParseObject();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The reader throws the second where an escaped name is no valid text. What it says may quote all that follows, so that only the place is told.
            string place = exception is JsonException malformed ? $"line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}" : $"byte {header._reader.TokenStartIndex + 1}";
            throw new CheckpointException($"{file.Source} is damaged: its header is no valid JSON, from {place} of the header on. Fetch or write it again.", null, exception);
        }

        header.CheckRanges();
        return (header._tensors, header._metadata ?? []);
    }

    /// <summary>Checks what stands before the header.</summary>
    /// <param name="source">The file, to begin a message.</param>
    /// <param name="beginning">The first bytes of the file; at least the first nine where it has so many.</param>
    /// <param name="length">The length of the file.</param>
    /// <returns>The length of the header, which lies within the file.</returns>
    /// <exception cref="CheckpointException">The file is not valid.</exception>
    public static int CheckPrefix(string source, ReadOnlySpan<byte> beginning, long length)
    {
        if (length < PrefixLength)
        {
            throw Truncated(source, length);
        }

        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(beginning);
        if (headerLength > LongestHeader)
        {
            throw Foreign(source, beginning, $"is not a safetensors file: its first 8 bytes announce a header of {headerLength} bytes, but {LongestHeader} is the limit");
        }

        if ((long)headerLength > length - PrefixLength)
        {
            throw Foreign(source, beginning, $"is truncated, or not a safetensors file: it announces a header of {headerLength} bytes, but only {length - PrefixLength} follow");
        }

        return headerLength > 1 && beginning[PrefixLength] == '{' ? (int)headerLength : throw NoObject(source, (int)headerLength, beginning);
    }

    /// <summary>The refusal of a file that is too short to have a header.</summary>
    private static CheckpointException Truncated(string source, long length) => new(
        length == 0
            ? $"{source} is empty; expected a safetensors file, which begins with 8 bytes and a header. Fetch or write it again."
            : $"{source} is truncated: it has {length} bytes, but a safetensors file begins with 8 bytes and a header. Fetch or write it again.");

    private static CheckpointException NoObject(string source, int headerLength, ReadOnlySpan<byte> beginning) =>
        Foreign(source, beginning, $"is not a safetensors file: its header of {headerLength} bytes is no JSON object in UTF-8");

    /// <summary>The refusal of a file that does not begin as a safetensors file does: by what it is, where that can be told.</summary>
    private static CheckpointException Foreign(string source, ReadOnlySpan<byte> beginning, string what) => new(
        ForeignFormat.Recognize(beginning) is { } format ? $"{source} is no checkpoint that can be read here. {format}" : $"{source} {what}. Check that it is the weights file, and complete.");

    private void ParseObject()
    {
        _reader.Read();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            if (_reader.ValueTextEquals(MetadataName))
            {
                ParseMetadata();
            }
            else
            {
                ParseTensor(ReadString());
            }
        }

        // What follows the object may only be white space; the reader throws otherwise.
        while (_reader.Read())
        {
        }
    }

    private void ParseMetadata()
    {
        if (_metadata != null)
        {
            throw Damaged($"'{MetadataName}' occurs twice");
        }

        _metadata = [];
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            throw Damaged($"'{MetadataName}' must be an object of strings");
        }

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = ReadString();
            _reader.Read();
            if (_reader.TokenType != JsonTokenType.String)
            {
                throw Damaged($"the value of {CheckpointException.Quote(key)} in '{MetadataName}' must be a string");
            }

            if (!_metadata.TryAdd(key, ReadString()))
            {
                throw Damaged($"{CheckpointException.Quote(key)} occurs twice in '{MetadataName}'");
            }
        }
    }

    private void ParseTensor(string name)
    {
        string? typeName = null;
        long[]? shape = null;
        long[]? offsets = null;
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            throw Damaged(name, "its entry must be an object with 'dtype', 'shape' and 'data_offsets'");
        }

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            if (_reader.ValueTextEquals("dtype"u8))
            {
                RefuseSecond(name, "dtype", typeName);
                _reader.Read();
                if (_reader.TokenType != JsonTokenType.String)
                {
                    throw Damaged(name, "'dtype' must be a string, such as \"F32\"");
                }

                typeName = ReadString();
            }
            else if (_reader.ValueTextEquals("shape"u8))
            {
                RefuseSecond(name, "shape", shape);
                shape = ParseNumbers(name, "shape", MostDimensions);
            }
            else if (_reader.ValueTextEquals("data_offsets"u8))
            {
                RefuseSecond(name, "data_offsets", offsets);
                offsets = ParseNumbers(name, "data_offsets", 2);
                if (offsets.Length != 2)
                {
                    throw Damaged(name, "'data_offsets' must be [begin, end]");
                }
            }
            else
            {
                _reader.Read();
                _reader.Skip();
            }
        }

        if (typeName is null || shape is null || offsets is null)
        {
            throw Damaged(name, $"'{(typeName is null ? "dtype" : shape is null ? "shape" : "data_offsets")}' is missing");
        }

        Add(name, typeName, shape, offsets[0], offsets[1]);
    }

    private void Add(string name, string typeName, long[] shape, long begin, long end)
    {
        if (begin > end)
        {
            throw Damaged(name, $"it begins at {begin}, after its end at {end}");
        }

        if (end > _dataLength)
        {
            throw new CheckpointException(
                $"{_file.Source} is truncated or damaged: tensor {CheckpointException.Quote(name)} ends at byte {end} of the data, but only {_dataLength} bytes follow the header. Fetch or write it again.",
                name);
        }

        var tensor = new TensorInfo(_file, name, typeName, shape, _data, begin, end - begin);
        if (ElementSize(typeName) is long size && (ByteLength(shape, size) is not long expected || expected != end - begin))
        {
            throw Damaged(name, $"its shape {tensor.ShapeText} of type {typeName} does not take the {end - begin} bytes from {begin} to {end} that it is given");
        }

        if (!_tensors.TryAdd(name, tensor))
        {
            throw Damaged(name, "the name occurs twice");
        }

        _inOrder.Add(tensor);
    }

    private long[] ParseNumbers(string name, string property, int most)
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            throw Damaged(name, $"'{property}' must be an array of numbers");
        }

        Span<long> numbers = stackalloc long[MostDimensions];
        int count = 0;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == most)
            {
                throw Damaged(name, $"'{property}' has more than {most} numbers");
            }

            if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out numbers[count]) || numbers[count] < 0)
            {
                throw Damaged(name, $"'{property}' may hold only whole numbers from 0 to {long.MaxValue}");
            }

            count++;
        }

        return numbers[..count].ToArray();
    }

    /// <summary>The tensors must cover the data exactly, as in the official library.</summary>
    private readonly void CheckRanges()
    {
        _inOrder.Sort(static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.ByteLength.CompareTo(b.ByteLength));
        long covered = 0;
        foreach (TensorInfo tensor in _inOrder)
        {
            if (tensor.Offset != covered)
            {
                throw Damaged(tensor.Name, tensor.Offset < covered
                    ? $"it begins at byte {tensor.Offset} of the data, within another tensor that ends at {covered}"
                    : $"it begins at byte {tensor.Offset} of the data, but the tensor before it ends at {covered}; there may be no holes");
            }

            covered += tensor.ByteLength;
        }

        if (covered != _dataLength)
        {
            throw new CheckpointException($"{_file.Source} is damaged: its tensors end at byte {covered} of the data, but {_dataLength} bytes follow the header. Fetch or write it again.");
        }
    }

    /// <summary>Bytes per element, where the type is one of whole bytes that is known.</summary>
    private static long? ElementSize(string typeName) => typeName switch
    {
        "F64" or "I64" or "U64" or "C64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" => 1,
        _ => null,
    };

    private static long? ByteLength(ReadOnlySpan<long> shape, long elementSize)
    {
        Int128 length = elementSize;
        foreach (long dimension in shape)
        {
            length *= dimension;
            if (length > long.MaxValue)
            {
                return null;
            }
        }

        return (long)length;
    }

    private readonly void RefuseSecond(string name, string property, object? first)
    {
        if (first != null)
        {
            throw Damaged(name, $"'{property}' occurs twice");
        }
    }

    private readonly string ReadString()
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            // An escape sequence names half of a surrogate pair.
            throw new CheckpointException($"{_file.Source} is damaged: a string in its header, at byte {_reader.TokenStartIndex}, is no valid text. Fetch or write it again.", null, exception);
        }
    }

    private readonly CheckpointException Damaged(string what) => new($"{_file.Source} is damaged: {what} in its header. Fetch or write it again.");

    private readonly CheckpointException Damaged(string name, string what) => new($"{_file.Source} is damaged: tensor {CheckpointException.Quote(name)}: {what}. Fetch or write it again.", name);
}

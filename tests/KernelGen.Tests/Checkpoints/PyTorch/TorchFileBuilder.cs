namespace KernelGen.Tests.Checkpoints.PyTorch;

/// <summary>A tensor of a PyTorch file.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type as safetensors calls it.</param>
/// <param name="Shape">The dimensions.</param>
/// <param name="Data">The elements.</param>
internal sealed record TorchEntry(string Name, string Type, long[] Shape, byte[] Data)
{
    /// <summary>The name of the storage; <see langword="null"/> is one of its own.</summary>
    public string? Key { get; init; }

    public long Offset { get; init; }

    /// <summary>The strides; <see langword="null"/> is row by row.</summary>
    public long[]? Strides { get; init; }

    /// <summary>How many numbers the storage should have; <see langword="null"/> is the truth.</summary>
    public long? Count { get; init; }
}

/// <summary>Writes state dicts as <c>torch.save</c> does.</summary>
internal static class TorchFileBuilder
{
    public const string Folder = "archive";

    /// <summary>A file of the tensors.</summary>
    public static byte[] Write(params IReadOnlyList<TorchEntry> entries) => Write(entries, static pickle => pickle, static zip => zip);

    /// <summary>A file of the tensors, whose pickle and zip file are changed before they are written.</summary>
    public static byte[] Write(IReadOnlyList<TorchEntry> entries, Func<byte[], byte[]> changePickle, Func<ZipBuilder, ZipBuilder> changeZip)
    {
        PickleBuilder pickle = new PickleBuilder().Dictionary().Op('(');
        var storages = new Dictionary<string, byte[]>();
        foreach (TorchEntry entry in entries)
        {
            string key = entry.Key ?? $"{storages.Count}";
            storages.TryAdd(key, entry.Data);
            pickle.Text(entry.Name).Tensor(StorageType(entry.Type), key, entry.Count ?? storages[key].Length / Size(entry.Type), entry.Offset, entry.Shape, entry.Strides ?? RowByRow(entry.Shape));
        }

        ZipBuilder zip = Zip(changePickle(pickle.Op('u').ToArray()));
        foreach ((string key, byte[] data) in storages)
        {
            zip.Add(new ZipPart($"{Folder}/data/{key}", data) { Padding = 13 });
        }

        return changeZip(zip.Add($"{Folder}/version", [.. "3\n"u8])).ToArray();
    }

    /// <summary>A file with a pickle and nothing else.</summary>
    public static ZipBuilder Zip(byte[] pickle) => new ZipBuilder().Add($"{Folder}/data.pkl", pickle);

    private static string StorageType(string type) => type switch
    {
        "F32" => "FloatStorage",
        "F16" => "HalfStorage",
        "BF16" => "BFloat16Storage",
        "F64" => "DoubleStorage",
        "I64" => "LongStorage",
        _ => type,
    };

    private static int Size(string type) => type switch
    {
        "F64" or "I64" => 8,
        "F16" or "BF16" => 2,
        _ => 4,
    };

    private static long[] RowByRow(long[] shape)
    {
        long[] strides = new long[shape.Length];
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        return strides;
    }
}

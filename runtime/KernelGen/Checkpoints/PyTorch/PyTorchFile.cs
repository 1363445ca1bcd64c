namespace KernelGen.Checkpoints.PyTorch;

/// <summary>
/// A state dict as <c>torch.save</c> writes it since PyTorch 1.6: a zip file with a pickle that says what the tensors are, and a file for each storage. Tensors are
/// used where they lie. The pickle is read by <see cref="PickleReader"/>, which runs nothing.
/// </summary>
internal sealed unsafe class PyTorchFile : Checkpoint
{
    private const string PickleName = "/data.pkl";

    /// <summary>Many times what the state dicts of large models take, some 200 bytes a tensor.</summary>
    private const int LongestPickle = 1 << 26;

    private const string Remedy = "Save the weights alone: model.save_pretrained(folder), which writes model.safetensors, or torch.save(model.state_dict(), path).";

    /// <summary>Where OpenAI's files say, beside the state dict, what the dimensions are.</summary>
    private const string DimensionsName = "dims";

    /// <summary>Where training programs keep the state dict, beside what else they save.</summary>
    private static readonly string[] NestedNames = ["state_dict", "model_state_dict", "model"];

    private readonly FileMemory _memory;
    private readonly Dictionary<string, ZipEntry> _entries;
    private readonly Dictionary<string, TensorInfo> _tensors = [];
    private readonly Dictionary<string, string> _metadata = [];
    private readonly string _folder;

    private PyTorchFile(FileMemory memory)
    {
        _memory = memory;
        _entries = ZipDirectory.Read(memory);
        ZipEntry pickle = FindPickle();
        _folder = pickle.Name[..^(PickleName.Length - 1)];
        RefuseBigEndian();
        object? saved = ReadPickle(pickle);
        ReadDimensions(saved);
        foreach (PicklePair pair in StateDict(saved).Pairs)
        {
            if (pair.Value is TorchTensor tensor)
            {
                Add(pair.Key, tensor);
            }
        }
    }

    public override IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <summary>The dimensions that stand beside the state dict, where some do.</summary>
    public override IReadOnlyDictionary<string, string> Metadata => _metadata;

    internal override string Source => _memory.Source;

    internal override CheckpointFormat Format => CheckpointFormat.PyTorch;

    internal override long ByteLength => _memory.Length;

    internal override bool IsDisposed => _memory.IsDisposed;

    internal override string? ShardAdvice => ShardName.Advice(_memory.Path);

    /// <summary>Opens what is in memory; from now on the result's to free.</summary>
    /// <exception cref="CheckpointException">The file is no state dict, is damaged, or holds something that is not read.</exception>
    public static PyTorchFile Open(FileMemory memory)
    {
        try
        {
            return new PyTorchFile(memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    protected override void Dispose(bool disposing) => _memory.Dispose();

    private ZipEntry FindPickle()
    {
        var pickles = new List<ZipEntry>();
        foreach (ZipEntry entry in _entries.Values)
        {
            if (entry.Name.EndsWith(PickleName, StringComparison.Ordinal))
            {
                pickles.Add(entry);
            }
        }

        if (pickles.Count == 1 && !_entries.ContainsKey(pickles[0].Name[..^PickleName.Length] + "/constants.pkl"))
        {
            return pickles[0];
        }

        string what = pickles.Count > 0 && HasEntry("/constants.pkl") ? $"a TorchScript program, which is not run. {Remedy}"
            : pickles.Count > 1 ? $"a zip file with {pickles.Count} pickles; a PyTorch file has one. {Remedy}"
            : _entries.ContainsKey("special:model.yml.npy") ? $"a NumPy archive of a Marian model. {ForeignFormat.MarianAdvice}"
            : HasEntry(".npy") ? "a NumPy archive (.npz), which is not read: write the arrays with safetensors.numpy.save_file."
            : $"a zip file, and no PyTorch file: there is no data.pkl in it, but {CheckpointException.QuoteAll(_entries.Keys)}. Give the weights that are in it.";
        throw new CheckpointException($"{Source} is {what}");
    }

    private bool HasEntry(string ending)
    {
        foreach (string name in _entries.Keys)
        {
            if (name.EndsWith(ending, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private void RefuseBigEndian()
    {
        if (_entries.TryGetValue(_folder + "byteorder", out ZipEntry? order) && Bytes(order).SequenceEqual("big"u8))
        {
            throw new CheckpointException($"{Source} was written on a big-endian machine; little-endian numbers are read. {Remedy}");
        }
    }

    private object? ReadPickle(ZipEntry entry)
    {
        if (entry.Length > LongestPickle)
        {
            throw new CheckpointException($"{Source} is refused: its pickle {CheckpointException.Quote(entry.Name)} has {entry.Length} bytes, and that of a state dict has at most {LongestPickle}. {Remedy}");
        }

        try
        {
            // A copy, so that what was checked stays so, even where the file is mapped and another process writes to it.
            return PickleReader.Read(Bytes(entry).ToArray());
        }
        catch (PickleException exception)
        {
            throw new CheckpointException(
                $"{Source} is refused: its pickle {exception.Message}. Only tensors, storages and dictionaries are read from a pickle, and nothing in it is run. {Remedy}", null, exception);
        }
    }

    private void ReadDimensions(object? saved)
    {
        if (saved is PickleDictionary dictionary
            && dictionary.Pairs.Find(static pair => pair is { Key: DimensionsName, Value: PickleDictionary })?.Value is PickleDictionary dimensions)
        {
            foreach (PicklePair pair in dimensions.Pairs)
            {
                if (pair is { Key: string name, Value: long size })
                {
                    _metadata[name] = size.ToString(System.Globalization.CultureInfo.InvariantCulture);
                }
            }
        }
    }

    /// <summary>The dictionary of tensors: what was saved, or what stands in it under a name that training programs use.</summary>
    private PickleDictionary StateDict(object? saved)
    {
        if (saved is not PickleDictionary dictionary)
        {
            throw new CheckpointException($"{Source} holds {(saved is TorchTensor ? "one tensor without a name" : "no dictionary")}; expected a state dict, tensors by name. {Remedy}");
        }

        if (HasTensors(dictionary))
        {
            return dictionary;
        }

        foreach (string name in NestedNames)
        {
            if (dictionary.Pairs.Find(pair => pair.Key is string key && key == name && pair.Value is PickleDictionary nested && HasTensors(nested)) is { } pair)
            {
                return (PickleDictionary)pair.Value!;
            }
        }

        return dictionary.Pairs.Count == 0
            ? dictionary
            : throw new CheckpointException(
                $"{Source} holds a dictionary without tensors, of {CheckpointException.QuoteAll(dictionary.Pairs.ConvertAll(static pair => pair.Key as string ?? "a key that is no text"))}; "
                + $"expected tensors by name, or such a dictionary under {string.Join(" or ", Array.ConvertAll(NestedNames, static name => $"'{name}'"))}. {Remedy}");
    }

    private static bool HasTensors(PickleDictionary dictionary) => dictionary.Pairs.Exists(static pair => pair.Value is TorchTensor);

    private void Add(object? key, TorchTensor tensor)
    {
        if (key is not string name)
        {
            throw new CheckpointException($"{Source} is refused: a tensor in its dictionary has a key that is no text. {Remedy}");
        }

        string type = tensor.Storage.TypeName;
        int size = tensor.Storage.ElementSize;
        long count = tensor.Storage.Count;
        string entryName = $"{_folder}data/{tensor.Storage.Key}";
        if (!_entries.TryGetValue(entryName, out ZipEntry? entry))
        {
            throw Damaged(name, $"its numbers should be in {CheckpointException.Quote(entryName)}, which is not in the file");
        }

        if (entry.Method == 0 && (entry.Length / size != count || entry.Length % size != 0))
        {
            throw Damaged(name, $"its storage should have {count} numbers of type {type}, and {CheckpointException.Quote(entryName)} has {entry.Length} bytes");
        }

        long elements = CheckExtent(name, tensor);
        string? layoutProblem = entry.Method != 0
                ? $"lies compressed in {CheckpointException.Quote(entryName)}, and torch.save does not compress: the file was zipped again. Fetch the original, or save it again."
            : IsRowByRow(tensor) ? null
            : $"does not lie row by row: its shape is [{string.Join(", ", tensor.Shape)}], its strides are [{string.Join(", ", tensor.Strides)}]. Save it with tensor.contiguous().";
        long offset = entry.Offset + (layoutProblem is null ? tensor.Offset * size : 0);
        var info = new TensorInfo(this, name, type, tensor.Shape, _memory.Start, offset, elements * size, layoutProblem);
        if (!_tensors.TryAdd(name, info))
        {
            throw Damaged(name, "the name occurs twice");
        }
    }

    /// <summary>Refuses a tensor that reaches out of its storage, wherever its elements lie.</summary>
    /// <returns>The number of elements.</returns>
    private long CheckExtent(string name, TorchTensor tensor)
    {
        Int128 elements = 1;
        Int128 last = tensor.Offset;
        bool isNegative = tensor.Offset < 0;
        for (int i = 0; i < tensor.Shape.Length; i++)
        {
            isNegative |= tensor.Shape[i] < 0 || tensor.Strides[i] < 0;
            elements = isNegative || elements > long.MaxValue ? elements : elements * tensor.Shape[i];
            last = isNegative || last > long.MaxValue ? last : last + ((Int128)(tensor.Shape[i] - 1) * tensor.Strides[i]);
        }

        long stored = tensor.Storage.Count;
        if (isNegative || elements > long.MaxValue / tensor.Storage.ElementSize || (elements > 0 ? last >= stored : tensor.Offset > stored))
        {
            throw Damaged(
                name,
                $"its shape [{string.Join(", ", tensor.Shape)}] with strides [{string.Join(", ", tensor.Strides)}] from number {tensor.Offset} on reaches out of its storage of {stored} numbers");
        }

        return (long)elements;
    }

    private static bool IsRowByRow(TorchTensor tensor)
    {
        if (Array.IndexOf(tensor.Shape, 0) >= 0)
        {
            return true;
        }

        long expected = 1;
        for (int i = tensor.Shape.Length - 1; i >= 0; i--)
        {
            if (tensor.Shape[i] != 1 && tensor.Strides[i] != expected)
            {
                return false;
            }

            expected *= tensor.Shape[i];
        }

        return true;
    }

    private ReadOnlySpan<byte> Bytes(ZipEntry entry)
    {
        if (entry.Method != 0)
        {
            throw new CheckpointException($"{Source} is refused: {CheckpointException.Quote(entry.Name)} in it is compressed, and torch.save does not compress. Fetch the original file, or save it again.");
        }

        return new ReadOnlySpan<byte>(_memory.Start + entry.Offset, (int)Math.Min(entry.Length, LongestPickle));
    }

    private CheckpointException Damaged(string name, string what) => new($"{Source} is damaged: tensor {CheckpointException.Quote(name)}: {what}. Fetch or write it again.", name);
}

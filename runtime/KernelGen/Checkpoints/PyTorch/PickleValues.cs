namespace KernelGen.Checkpoints.PyTorch;

/// <summary>What a pickle names to call or to make one of: a function or a class, of which only those of <see cref="PickleCalls"/> mean anything.</summary>
internal sealed class PickleGlobal(string module, string name)
{
    public string Module => module;

    public string Name => name;

    public override string ToString() => $"{module}.{name}";
}

/// <summary>A tuple.</summary>
internal sealed class PickleTuple(object?[] items)
{
    public object?[] Items { get; } = items;
}

/// <summary>A list, whose items no state dict needs.</summary>
internal sealed class PickleList
{
    /// <summary>All empty and full lists are alike.</summary>
    public static PickleList Any { get; } = new();
}

/// <summary>A dictionary, or an ordered one: pairs in their order.</summary>
internal sealed class PickleDictionary
{
    private List<PicklePair>? _pairs;

    public List<PicklePair> Pairs => _pairs ?? [];

    public void Add(object? key, object? value) => (_pairs ??= []).Add(new PicklePair(key, value));
}

/// <summary>A key of a dictionary and what stands under it.</summary>
internal sealed class PicklePair(object? key, object? value)
{
    public object? Key => key;

    public object? Value => value;
}

/// <summary>Numbers that tensors lie in.</summary>
internal sealed class TorchStorage(string typeName, int elementSize, string key, long count)
{
    /// <summary>The type of the numbers, as safetensors calls it.</summary>
    public string TypeName => typeName;

    /// <summary>Bytes per number.</summary>
    public int ElementSize => elementSize;

    /// <summary>The name of the file that holds them.</summary>
    public string Key => key;

    /// <summary>How many numbers there are.</summary>
    public long Count => count;
}

/// <summary>A tensor: where in its storage each element is.</summary>
internal sealed class TorchTensor(TorchStorage storage, long offset, long[] shape, long[] strides)
{
    /// <summary>The numbers.</summary>
    public TorchStorage Storage => storage;

    /// <summary>The number of the first element.</summary>
    public long Offset => offset;

    /// <summary>The dimensions.</summary>
    public long[] Shape => shape;

    /// <summary>How far it is from one element to the next in each dimension.</summary>
    public long[] Strides => strides;
}

/// <summary>What keeps a pickle from being read, to follow "its pickle ...".</summary>
internal sealed class PickleException(string message) : Exception(message);

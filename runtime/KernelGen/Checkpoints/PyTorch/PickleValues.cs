namespace KernelGen.Checkpoints.PyTorch;

/// <summary>What a pickle names to call or to make one of: a function or a class, of which only those of <see cref="PickleCalls"/> mean anything.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
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
    private List<KeyValuePair<object?, object?>>? _pairs;

    public IReadOnlyList<KeyValuePair<object?, object?>> Pairs => _pairs ?? [];

    public void Add(object? key, object? value) => (_pairs ??= []).Add(new(key, value));
}

/// <summary>Numbers that tensors lie in.</summary>
/// <param name="TypeName">The type of the numbers, as safetensors calls it.</param>
/// <param name="ElementSize">Bytes per number.</param>
/// <param name="Key">The name of the file that holds them.</param>
/// <param name="Count">How many numbers there are.</param>
internal sealed record TorchStorage(string TypeName, int ElementSize, string Key, long Count);

/// <summary>A tensor: where in its storage each element is.</summary>
/// <param name="Storage">The numbers.</param>
/// <param name="Offset">The number of the first element.</param>
/// <param name="Shape">The dimensions.</param>
/// <param name="Strides">How far it is from one element to the next in each dimension.</param>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>What keeps a pickle from being read, to follow "its pickle ...".</summary>
internal sealed class PickleException(string message) : Exception(message);

namespace KernelGen.Checkpoints.PyTorch;

/// <summary>
/// The few functions and classes that a state dict is pickled with, and what becomes of them here. Nothing is looked up in any library: what is not in this list
/// is refused by its name.
/// </summary>
internal static class PickleCalls
{
    /// <summary>More than PyTorch allows.</summary>
    private const int MostDimensions = 64;

    /// <summary>Whether the name means anything.</summary>
    public static bool IsKnown(PickleGlobal global) => global switch
    {
        { Module: "collections", Name: "OrderedDict" } => true,
        { Module: "torch._utils", Name: "_rebuild_tensor_v2" or "_rebuild_parameter" } => true,
        { Module: "torch", Name: "Size" } => true,
        _ => ElementType(global) != null,
    };

    /// <summary>Calls a function.</summary>
    /// <exception cref="PickleException">It cannot be called, or not so.</exception>
    public static object? Call(object? function, object? arguments)
    {
        if (function is not PickleGlobal global)
        {
            throw new PickleException("calls what is no function");
        }

        object?[] items = arguments is PickleTuple tuple ? tuple.Items : throw new PickleException($"calls {CheckpointException.Quote(global.ToString())} without a tuple of arguments");
        return global switch
        {
            { Name: "OrderedDict" } when items.Length == 0 => new PickleDictionary(),
            { Name: "_rebuild_tensor_v2" } when items is [TorchStorage storage, long offset, PickleTuple shape, PickleTuple strides, bool, ..] and { Length: 6 or 7 } =>
                Tensor(storage, offset, shape, strides),
            { Name: "_rebuild_parameter" } when items is [TorchTensor tensor, bool, ..] and { Length: 3 } => tensor,
            { Name: "Size" } when items is [PickleTuple size] => size,
            _ => throw new PickleException($"calls {CheckpointException.Quote(global.ToString())} with {items.Length} arguments, which are not those of torch.save"),
        };
    }

    /// <summary>What a persistent name stands for: a storage.</summary>
    /// <exception cref="PickleException">It is no storage.</exception>
    public static TorchStorage Storage(object? name) =>
        name is PickleTuple { Items: ["storage", PickleGlobal type, string key, string, long count and >= 0, ..] }
            && ElementType(type) is (string typeName, int elementSize)
            ? new TorchStorage(typeName, elementSize, key, count)
            : throw new PickleException("refers to something that is no storage of torch.save");

    /// <summary>The type of the numbers in a class of storages, as safetensors calls it.</summary>
    private static (string Name, int Size)? ElementType(PickleGlobal global) => global.Module != "torch" ? null : global.Name switch
    {
        "FloatStorage" => ("F32", 4),
        "HalfStorage" => ("F16", 2),
        "BFloat16Storage" => ("BF16", 2),
        "DoubleStorage" => ("F64", 8),
        "LongStorage" => ("I64", 8),
        "IntStorage" => ("I32", 4),
        "ShortStorage" => ("I16", 2),
        "CharStorage" => ("I8", 1),
        "ByteStorage" => ("U8", 1),
        "BoolStorage" => ("BOOL", 1),
        "ComplexFloatStorage" => ("C64", 8),
        "ComplexDoubleStorage" => ("C128", 16),
        _ => null,
    };

    private static TorchTensor Tensor(TorchStorage storage, long offset, PickleTuple shape, PickleTuple strides)
    {
        if (shape.Items.Length != strides.Items.Length || shape.Items.Length > MostDimensions)
        {
            throw new PickleException($"makes a tensor of {shape.Items.Length} dimensions with {strides.Items.Length} strides; at most {MostDimensions} are read");
        }

        return new TorchTensor(storage, offset, Numbers(shape), Numbers(strides));
    }

    private static long[] Numbers(PickleTuple tuple) => Array.ConvertAll(
        tuple.Items, static item => item is long number ? number : throw new PickleException("makes a tensor whose shape or strides are no whole numbers"));
}

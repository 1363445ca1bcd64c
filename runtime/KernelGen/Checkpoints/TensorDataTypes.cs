using System.Diagnostics;

namespace KernelGen.Checkpoints;

/// <summary>Names and sizes of the types that weights are stored in, as safetensors has them.</summary>
internal static class TensorDataTypes
{
    /// <summary>The type of a name.</summary>
    public static TensorDataType Of(string name) => name switch
    {
        "F32" => TensorDataType.Float32,
        "F16" => TensorDataType.Float16,
        "BF16" => TensorDataType.BFloat16,
        _ => TensorDataType.Other,
    };

    /// <summary>The name of a type.</summary>
    public static string NameOf(TensorDataType type) => type switch
    {
        TensorDataType.Float32 => "F32",
        TensorDataType.Float16 => "F16",
        TensorDataType.BFloat16 => "BF16",
        _ => throw new UnreachableException(),
    };

    /// <summary>Bytes of an element.</summary>
    public static int SizeOf(TensorDataType type) => type == TensorDataType.Float32 ? sizeof(float) : sizeof(ushort);
}

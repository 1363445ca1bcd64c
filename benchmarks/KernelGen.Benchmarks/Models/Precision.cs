namespace KernelGen.Benchmarks.Models;

/// <summary>What the weights of linear layers are stored in.</summary>
internal enum Precision
{
    /// <summary>32-bit floating point; arithmetic in it.</summary>
    Float32,

    /// <summary>8-bit integers; arithmetic in integers.</summary>
    Int8,
}

/// <summary>What precisions are called on the command line and in tables.</summary>
internal static class PrecisionNames
{
    public const string Float32 = "float32", Int8 = "int8";

    public static string Name(this Precision precision) => precision == Precision.Int8 ? Int8 : Float32;
}

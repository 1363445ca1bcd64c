namespace KernelGen.Benchmarks.Models;

/// <summary>What precisions are called on the command line and in tables.</summary>
internal static class PrecisionNames
{
    public static string Name(this WeightPrecision precision) => precision switch
    {
        WeightPrecision.Int4 => "int4",
        WeightPrecision.Int8 => "int8",
        WeightPrecision.BFloat16 => "bfloat16",
        _ => "float32",
    };
}

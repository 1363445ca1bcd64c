using System.Diagnostics.CodeAnalysis;

namespace KernelGen;

/// <summary>Reads the names that command lines and settings have for weight precisions.</summary>
public static class WeightPrecisions
{
    /// <summary>Reads the name of a precision: <c>float32</c>, <c>bfloat16</c>, <c>int8</c> or <c>int4</c>, in upper or lower case.</summary>
    /// <param name="name">The name.</param>
    /// <param name="precision">The precision, where it has this name.</param>
    /// <returns>Whether there is a precision of this name; numbers, and names with spaces around them, are none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? name, out WeightPrecision precision)
    {
        (bool isKnown, precision) = name?.ToLowerInvariant() switch
        {
            "float32" => (true, WeightPrecision.Float32),
            "bfloat16" => (true, WeightPrecision.BFloat16),
            "int8" => (true, WeightPrecision.Int8),
            "int4" => (true, WeightPrecision.Int4),
            _ => (false, default),
        };
        return isKnown;
    }
}

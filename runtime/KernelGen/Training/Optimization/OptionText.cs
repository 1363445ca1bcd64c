using System.Collections.Immutable;
using System.Globalization;

namespace KernelGen.Training;

/// <summary>Values of options as text, the same in every culture.</summary>
internal static class OptionText
{
    public static string Of(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string Of(double? value) => value is { } number ? Of(number) : "none";

    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(ImmutableArray<string> patterns) => patterns.IsDefaultOrEmpty ? "none" : string.Join(' ', patterns);
}

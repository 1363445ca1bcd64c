using System.Globalization;

namespace KernelGen.Benchmarks.Start;

/// <summary>What a start program says of its memory, in megabytes.</summary>
/// <param name="Peak">The most that was resident, mapped files included as far as they were read.</param>
/// <param name="Private">What is resident now and of no file: caches, activations, the runtime's own.</param>
internal readonly record struct ProgramMemory(double Peak, double Private)
{
    private const double BytesPerKibibyte = 1024;

    /// <summary>Reads the two numbers of KiB that a program printed.</summary>
    public static ProgramMemory Parse(ReadOnlySpan<string> kibibytes) => new(Megabytes(kibibytes[0]), Megabytes(kibibytes[1]));

    private static double Megabytes(string kibibytes) => long.Parse(kibibytes, CultureInfo.InvariantCulture) * BytesPerKibibyte / 1e6;
}

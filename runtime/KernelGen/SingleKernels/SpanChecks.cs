using System.Runtime.CompilerServices;

namespace KernelGen.Execution;

/// <summary>Checks what single kernels are given. Behind these calls nothing is.</summary>
internal static class SpanChecks
{
    /// <summary>How many rows there are.</summary>
    /// <param name="length">The length of the span.</param>
    /// <param name="width">The width of a row.</param>
    /// <param name="name">The name of the span.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Rows(int length, int width, string name)
    {
        int rows = length / width;
        if (rows * width != length)
        {
            throw NoWholeRows(length, width, name);
        }

        return rows;
    }

    /// <summary>Checks that nothing is written to where something is read that has not been read yet.</summary>
    /// <param name="input">What is read.</param>
    /// <param name="inputName">Its name.</param>
    /// <param name="output">What is written.</param>
    /// <param name="outputName">Its name.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apart(ReadOnlySpan<float> input, string inputName, ReadOnlySpan<float> output, string outputName)
    {
        if (output.Overlaps(input))
        {
            throw Overlapping(inputName, outputName, "they must lie apart");
        }
    }

    /// <summary>Checks that what is written lies apart from what is read, or is the same.</summary>
    /// <param name="input">What is read.</param>
    /// <param name="inputName">Its name.</param>
    /// <param name="output">What is written.</param>
    /// <param name="outputName">Its name.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ApartOrSame(ReadOnlySpan<float> input, string inputName, ReadOnlySpan<float> output, string outputName)
    {
        if (output.Overlaps(input, out int offset) && offset != 0)
        {
            throw Overlapping(inputName, outputName, "they must lie apart, or be the same memory");
        }
    }

    /// <summary>What is thrown where a span is not as long as it has to be. The check stands where it is called, so that nothing is put into words that nobody reads.</summary>
    /// <param name="length">The length of the span.</param>
    /// <param name="expected">The length that it has to have.</param>
    /// <param name="name">The name of the span.</param>
    /// <param name="meaning">What is in it, and why so many.</param>
    public static ArgumentException OtherLength(int length, long expected, string name, string meaning) =>
        new($"'{name}' has {length} numbers, but {meaning} takes {expected}.", name);

    private static ArgumentException NoWholeRows(int length, int width, string name) =>
        new($"'{name}' has {length} numbers, which are no whole rows: a row has {width}.", name);

    private static ArgumentException Overlapping(string inputName, string outputName, string how) =>
        new($"'{outputName}' overlaps '{inputName}'; {how}.", outputName);
}

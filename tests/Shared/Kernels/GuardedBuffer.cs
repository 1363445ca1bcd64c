using System.Runtime.InteropServices;

namespace KernelGen.Tests.Kernels;

/// <summary>
/// Aligned memory for a kernel, with a margin on both sides. All of it begins as one particular NaN: what a kernel should not have read shows in its
/// result, what it should have written and did not shows as well, and <see cref="AssertMargins"/> finds what it wrote outside.
/// </summary>
internal sealed unsafe class GuardedBuffer : IDisposable
{
    private const int Margin = 64;
    private const int Untouched = 0x7FC5A5A5;

    private readonly float* _block;

    public GuardedBuffer(int length)
    {
        Length = length;
        _block = (float*)NativeMemory.AlignedAlloc((nuint)(length + (2 * Margin)) * sizeof(float), 64);
        new Span<int>(_block, length + (2 * Margin)).Fill(Untouched);
    }

    public int Length { get; }

    public float* Pointer => _block + Margin;

    public Span<float> Span => new(Pointer, Length);

    /// <summary>Copies rows into a buffer, each to its stride, followed by zeros up to the next multiple of 16.</summary>
    public static GuardedBuffer OfRows(ReadOnlySpan<float[]> rows, int stride)
    {
        var buffer = new GuardedBuffer(rows.Length * stride);
        for (int row = 0; row < rows.Length; row++)
        {
            Span<float> place = buffer.Span.Slice(row * stride, Panels.RoundUp(rows[row].Length));
            place.Clear();
            rows[row].CopyTo(place);
        }

        return buffer;
    }

    /// <summary>Checks that nothing was written outside.</summary>
    public void AssertMargins(string what)
    {
        if (new Span<int>(_block, Margin).ContainsAnyExcept(Untouched) || new Span<int>(Pointer + Length, Margin).ContainsAnyExcept(Untouched))
        {
            Assert.Fail($"{what}: written outside of the buffer.");
        }
    }

    /// <summary>
    /// Checks rows bit for bit: the expected elements, then <paramref name="padding"/> up to the next multiple of 16, then nothing written up to the
    /// stride; and nothing written outside.
    /// </summary>
    public void AssertRows(ReadOnlySpan<float[]> expected, int stride, string what, float padding = 0)
    {
        for (int row = 0; row < expected.Length; row++)
        {
            ReadOnlySpan<float> actual = Span.Slice(row * stride, stride);
            int width = expected[row].Length;
            int padded = Panels.RoundUp(width);
            for (int i = 0; i < stride; i++)
            {
                int bits = BitConverter.SingleToInt32Bits(actual[i]);
                int expectedBits = i < width ? BitConverter.SingleToInt32Bits(expected[row][i])
                    : i < padded ? BitConverter.SingleToInt32Bits(padding)
                    : Untouched;
                if (bits != expectedBits)
                {
                    string place = i < width ? "" : i < padded ? ", in the padding" : ", in the gap between rows";
                    Assert.Fail(
                        $"{what}: row {row} of {expected.Length}, column {i} of {width}{place}: "
                        + $"{actual[i]:G9} ({bits:X8}) instead of {BitConverter.Int32BitsToSingle(expectedBits):G9} ({expectedBits:X8}).");
                }
            }
        }

        AssertMargins(what);
    }

    public void Dispose() => NativeMemory.AlignedFree(_block);
}

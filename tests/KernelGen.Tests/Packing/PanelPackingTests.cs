using KernelGen.Checkpoints;
using KernelGen.Packing;
using KernelGen.Tests.Checkpoints;
using KernelGen.Tests.Kernels;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Packing;

public sealed unsafe class PanelPackingTests
{
    private static readonly int[] SomeSizes = [1, 2, 3, 15, 16, 17, 40, 127, 128, 129, 300];

    public static TheoryData<TensorDataType> Types => [TensorDataType.Float32, TensorDataType.Float16, TensorDataType.BFloat16];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_matrix_of_any_size_is_packed_bit_for_bit_and_padded_with_zeros(TensorDataType type)
    {
        foreach (int rows in SomeSizes)
        {
            foreach (int columns in SomeSizes)
            {
                using SafetensorsFile file = File(rows, columns, type, out float[] values);
                using GuardedBuffer expected = Panels.Pack(values, rows, columns);
                float[] actual = Garbage(expected.Span.Length);
                fixed (float* panels = actual)
                {
                    PanelPacking.Pack(Weight(file, rows, columns), 0, rows, panels, 0, columns, columns, columns);
                }

                BitAssert.Equal(expected.Span, actual, $"{type} [{rows}, {columns}]");
            }
        }
    }

    [Fact]
    public void Numbers_that_are_none_keep_their_bits()
    {
        float[] values = [.. Enumerable.Range(0, 64).Select(static i => BitConverter.Int32BitsToSingle(0x7F800001 + (i * 0x10001)))];
        using SafetensorsFile file = new SafetensorsBuilder().Add("x", [16, 4], values).Open();
        float[] actual = Garbage(64);
        fixed (float* panels = actual)
        {
            PanelPacking.Pack(Weight(file, 16, 4), 0, 16, panels, 0, 4, 4, 4);
        }

        using GuardedBuffer expected = Panels.Pack(values, 16, 4);
        BitAssert.Equal(expected.Span, actual, "NaN");
    }

    [Fact]
    public void Rows_go_to_the_columns_that_are_asked_for()
    {
        using SafetensorsFile file = File(40, 20, TensorDataType.Float32, out float[] values);
        float[] actual = Garbage(3 * 16 * 20);
        fixed (float* panels = actual)
        {
            // 18 rows from row 5 on, into the second and third panel.
            PanelPacking.Pack(Weight(file, 40, 20), 5, 18, panels, 16, 20, 20, 20);
        }

        using GuardedBuffer expected = Panels.Pack(values.AsSpan(5 * 20, 18 * 20), 18, 20);
        BitAssert.Equal(Garbage(16 * 20), actual.AsSpan(0, 16 * 20), "the panel before");
        BitAssert.Equal(expected.Span, actual.AsSpan(16 * 20), "the panels");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(16)]
    [InlineData(72)]
    [InlineData(150)]
    public void Groups_of_inputs_get_their_room_and_zeros_after_them(int group)
    {
        const int Rows = 19;
        const int Groups = 3;
        int room = Panels.RoundUp(group);
        using SafetensorsFile file = File(Rows, Groups * group, TensorDataType.Float16, out float[] values);
        float[] spread = new float[Rows * Groups * room];
        for (int i = 0; i < values.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, Groups * group);
            spread[(row * Groups * room) + (column / group * room) + (column % group)] = values[i];
        }

        using GuardedBuffer expected = Panels.Pack(spread, Rows, Groups * room);
        float[] actual = Garbage(expected.Span.Length);
        fixed (float* panels = actual)
        {
            PanelPacking.Pack(Weight(file, Rows, Groups * group), 0, Rows, panels, 0, Groups * room, group, room);
        }

        BitAssert.Equal(expected.Span, actual, $"groups of {group}");
    }

    private static SafetensorsFile File(int rows, int columns, TensorDataType type, out float[] values)
    {
        // Numbers that every type holds exactly.
        values = [.. Enumerable.Range(0, rows * columns).Select(static i => (float)((i * 37 % 255) - 127))];
        return new SafetensorsBuilder().Add("x", [rows, columns], values, type).Open();
    }

    private static TensorSlice Weight(SafetensorsFile file, int rows, int columns) => new(file.Tensors["x"], 0, rows, columns);

    /// <summary>What memory holds before it is packed into.</summary>
    private static float[] Garbage(int length)
    {
        float[] values = new float[length];
        Array.Fill(values, -123.5f);
        return values;
    }
}

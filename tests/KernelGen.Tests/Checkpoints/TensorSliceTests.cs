using KernelGen.Checkpoints;

namespace KernelGen.Tests.Checkpoints;

public sealed class TensorSliceTests
{
    private const int Rows = 5;
    private const int Columns = 37;

    private static readonly float[] Values = [.. Enumerable.Range(0, Rows * Columns).Select(static i => (float)(i - 90))];

    public static TheoryData<TensorDataType> Types => [TensorDataType.Float32, TensorDataType.Float16, TensorDataType.BFloat16];

    [Theory]
    [MemberData(nameof(Types))]
    public void Rows_are_converted(TensorDataType type)
    {
        using SafetensorsFile file = OpenUnaligned(type);
        var slice = new TensorSlice(file.Tensors["x"], 0, Rows, Columns);
        float[] row = new float[Columns + 1];
        for (int i = 0; i < Rows; i++)
        {
            row[Columns] = -7;
            slice.CopyRow(i, row);
            Assert.Equal(Values[(i * Columns)..((i + 1) * Columns)], row[..Columns]);
            Assert.Equal(-7, row[Columns]);
        }

        float[] all = new float[Rows * Columns];
        slice.CopyAll(all);
        Assert.Equal(Values, all);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public unsafe void Blocks_are_converted(TensorDataType type)
    {
        using SafetensorsFile file = OpenUnaligned(type);
        TensorSlice slice = new TensorSlice(file.Tensors["x"], 0, Rows, Columns).RowRange(1, 3);
        float[] block = new float[2 * 32];
        fixed (float* destination = block)
        {
            slice.CopyBlock(1, 2, 4, 20, destination, 32);
        }

        for (int row = 0; row < 2; row++)
        {
            int start = ((2 + row) * Columns) + 4;
            Assert.Equal(Values[start..(start + 20)], block[(row * 32)..((row * 32) + 20)]);
            Assert.All(block[((row * 32) + 20)..((row + 1) * 32)], static value => Assert.Equal(0, value));
        }
    }

    [Fact]
    public void Elements_of_a_row_are_a_row()
    {
        using SafetensorsFile file = OpenUnaligned(TensorDataType.Float32);
        TensorSlice slice = new TensorSlice(file.Tensors["x"], 0, 1, Rows * Columns).ElementRange(10, 4);
        Assert.Equal(1, slice.Rows);
        Assert.Equal(4, slice.Columns);
        float[] values = new float[4];
        slice.CopyAll(values);
        Assert.Equal(Values[10..14], values);
    }

    [Fact]
    public unsafe void What_lies_outside_is_refused()
    {
        using SafetensorsFile file = OpenUnaligned(TensorDataType.Float32);
        var slice = new TensorSlice(file.Tensors["x"], 0, Rows, Columns);
        float[] row = new float[Columns];
        Assert.Throws<ArgumentOutOfRangeException>(() => slice.CopyRow(-1, row));
        Assert.Throws<ArgumentOutOfRangeException>(() => slice.CopyRow(Rows, row));
        Assert.Throws<ArgumentException>(() => slice.CopyRow(0, row.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => slice.CopyAll(row));
        Assert.Throws<ArgumentOutOfRangeException>(() => slice.RowRange(3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => slice.RowRange(3, int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => slice.ElementRange(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => slice.CopyBlock(0, 1, 30, 8, null, 8));
    }

    [Fact]
    public void Same_content_is_same_shape_type_and_numbers()
    {
        float[] changed = [.. Values];
        changed[^1]++;
        using SafetensorsFile file = new SafetensorsBuilder()
            .Add("a", [Values.Length], Values)
            .Add("equal", [Values.Length], Values)
            .Add("changed", [Values.Length], changed)
            .Add("half", [Values.Length], Values, TensorDataType.Float16)
            .Open();
        TensorSlice Slice(string name) => new(file.Tensors[name], 0, Rows, Columns);
        Assert.True(Slice("a").HasSameContent(Slice("a")));
        Assert.True(Slice("a").HasSameContent(Slice("equal")));
        Assert.False(Slice("a").HasSameContent(Slice("changed")));
        Assert.False(Slice("a").HasSameContent(Slice("half")));
        Assert.False(Slice("a").HasSameContent(Slice("a").RowRange(0, 1)));
    }

    /// <summary>A byte before it puts the tensor at an odd address.</summary>
    private static SafetensorsFile OpenUnaligned(TensorDataType type) =>
        new SafetensorsBuilder().AddBytes("byte", "U8", [1], [0]).Add("x", [Rows, Columns], Values, type).Open();
}

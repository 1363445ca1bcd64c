using CsCheck;

namespace KernelGen.Audio.Tests;

public class DynamicTimeWarpingTests
{
    [Fact]
    public void No_path_costs_less() => Gen.Select(Gen.Int[1, 5], Gen.Int[1, 6]).SelectMany(static (rows, columns) =>
        Gen.Select(Gen.Const(rows), Gen.Const(columns), Gen.Float[-2, 2].Array[rows * columns])).Sample(static (rows, columns, costs) =>
    {
        AlignmentPath path = DynamicTimeWarping.Find(costs, rows, columns);
        AssertIsPath(path, rows, columns);
        double sum = 0;
        for (int i = 0; i < path.Rows.Length; i++)
        {
            sum += costs[(path.Rows[i] * columns) + path.Columns[i]];
        }

        Assert.Equal(Least(costs, columns, rows - 1, columns - 1), sum, 1e-4);
    });

    [Fact]
    public void Of_equal_paths_it_goes_to_the_right_at_the_end()
    {
        AlignmentPath path = DynamicTimeWarping.Find(new float[4], 2, 2);
        Assert.Equal([0, 1, 1], path.Rows);
        Assert.Equal([0, 0, 1], path.Columns);
        path = DynamicTimeWarping.Find(new float[6], 2, 3);
        Assert.Equal([0, 1, 1, 1], path.Rows);
        Assert.Equal([0, 0, 1, 2], path.Columns);
    }

    [Fact]
    public void Nothing_has_no_path()
    {
        Assert.Empty(DynamicTimeWarping.Find([], 0, 5).Rows);
        Assert.Empty(DynamicTimeWarping.Find([], 5, 0).Rows);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Costs_that_are_no_numbers_still_have_a_path(float cost)
    {
        float[] costs = new float[12];
        Array.Fill(costs, cost);
        AssertIsPath(DynamicTimeWarping.Find(costs, 3, 4), 3, 4);
    }

    private static void AssertIsPath(AlignmentPath path, int rows, int columns)
    {
        Assert.Equal(path.Rows.Length, path.Columns.Length);
        Assert.Equal((0, 0), (path.Rows[0], path.Columns[0]));
        Assert.Equal((rows - 1, columns - 1), (path.Rows[^1], path.Columns[^1]));
        for (int i = 1; i < path.Rows.Length; i++)
        {
            Assert.Contains((path.Rows[i] - path.Rows[i - 1], path.Columns[i] - path.Columns[i - 1]), ((int, int)[])[(0, 1), (1, 0), (1, 1)]);
        }
    }

    private static double Least(float[] costs, int columns, int row, int column)
    {
        double before = (row, column) switch
        {
            (0, 0) => 0,
            (0, _) => Least(costs, columns, 0, column - 1),
            (_, 0) => Least(costs, columns, row - 1, 0),
            _ => Math.Min(Math.Min(Least(costs, columns, row - 1, column), Least(costs, columns, row, column - 1)), Least(costs, columns, row - 1, column - 1)),
        };
        return before + costs[(row * columns) + column];
    }
}

using KernelGen.Packing;

namespace KernelGen.Tests.Numerics;

public sealed unsafe class PositionTableTests
{
    // The expected values were computed with 400 bits (mpmath) and rounded: encoding, model dimension, position, column.
    public static TheoryData<PositionalEncoding, int, int, int, double> Elements => new()
    {
        { PositionalEncoding.Sinusoidal, 512, 511, 0, 0.8817704007607503 },
        { PositionalEncoding.Sinusoidal, 512, 511, 1, -0.4716788741741842 },
        { PositionalEncoding.Sinusoidal, 512, 511, 2, 0.28399570072497127 },
        { PositionalEncoding.Sinusoidal, 512, 300, 100, -0.5818239092801638 },
        { PositionalEncoding.Sinusoidal, 512, 300, 511, 0.9995164654498909 },
        { PositionalEncoding.Sinusoidal, 512, 300, 256, 0.1411200080598672 },
        { PositionalEncoding.Sinusoidal, 512, 77, 255, 0.697991554082004 },
        { PositionalEncoding.Sinusoidal, 7, 100, 6, 0.037267305345068905 },
        { PositionalEncoding.Sinusoidal, 7, 100, 5, 0.8688372133710135 },
        { PositionalEncoding.Sinusoidal, 7, 100, 3, 0.610843017503998 },
        { PositionalEncoding.Sinusoidal, 7, 100, 4, 0.4950978657414027 },
        { PositionalEncoding.Sinusoidal, 256, 8191, 3, 0.6881866010518461 },
        { PositionalEncoding.Sinusoidal, 256, 8191, 200, -0.14033706304603344 },
        { PositionalEncoding.SinusoidalSplit, 512, 511, 0, 0.8817704007607503 },
        { PositionalEncoding.SinusoidalSplit, 512, 511, 1, 0.28399570072497127 },
        { PositionalEncoding.SinusoidalSplit, 512, 511, 2, -0.9093929374549569 },
        { PositionalEncoding.SinusoidalSplit, 512, 300, 100, 0.9354461114882667 },
        { PositionalEncoding.SinusoidalSplit, 512, 300, 511, 0.9995164654498909 },
        { PositionalEncoding.SinusoidalSplit, 512, 300, 256, -0.022096619278683942 },
        { PositionalEncoding.SinusoidalSplit, 512, 77, 255, 0.007981988788268925 },
        { PositionalEncoding.SinusoidalSplit, 7, 100, 6, 0.8688372133710135 },
        { PositionalEncoding.SinusoidalSplit, 7, 100, 5, 0.610843017503998 },
        { PositionalEncoding.SinusoidalSplit, 7, 100, 3, 0.037267305345068905 },
        { PositionalEncoding.SinusoidalSplit, 7, 100, 4, 0.8623188722876839 },
        { PositionalEncoding.SinusoidalSplit, 256, 8191, 3, -0.1664168873148404 },
        { PositionalEncoding.SinusoidalSplit, 256, 8191, 200, -0.48667930924823344 },
    };

    [Theory]
    [MemberData(nameof(Elements))]
    public void Elements_are_rounded_once(PositionalEncoding encoding, int dimension, int position, int column, double expected)
    {
        float[] table = Fill(encoding, position + 1, dimension, dimension);
        Assert.Equal((float)expected, table[(position * dimension) + column]);
    }

    [Theory]
    [InlineData(PositionalEncoding.Sinusoidal, 1)]
    [InlineData(PositionalEncoding.Sinusoidal, 7)]
    [InlineData(PositionalEncoding.Sinusoidal, 512)]
    [InlineData(PositionalEncoding.SinusoidalSplit, 1)]
    [InlineData(PositionalEncoding.SinusoidalSplit, 7)]
    [InlineData(PositionalEncoding.SinusoidalSplit, 512)]
    public void The_whole_table_follows_the_formula(PositionalEncoding encoding, int dimension)
    {
        const int Positions = 512;
        int stride = (dimension + 15) / 16 * 16;
        float[] table = Fill(encoding, Positions, dimension, stride);
        int sines = (dimension + 1) / 2;
        int others = 0;
        for (int position = 0; position < Positions; position++)
        {
            for (int column = 0; column < stride; column++)
            {
                (int i, bool isCosine) = encoding == PositionalEncoding.Sinusoidal
                    ? (column / 2, column % 2 == 1)
                    : (column % sines, column >= sines);
                double angle = position / Math.Pow(10000, 2.0 * i / dimension);
                double expected = column >= dimension ? 0 : isCosine ? Math.Cos(angle) : Math.Sin(angle);
                float actual = table[(position * stride) + column];

                // Half a unit of single precision, and the error before rounding: this one's, and that of the angle above.
                double tolerance = ((MathF.BitIncrement(MathF.Abs(actual)) - MathF.Abs(actual)) / 2) + 2e-12;
                Assert.True(Math.Abs(actual - expected) <= tolerance, $"position {position}, column {column}: expected {expected:R}, found {actual:R}");
                others += actual == (float)expected ? 0 : 1;
            }
        }

        // Rounding goes to the other side only where the number lies within an error of the middle.
        Assert.InRange(others, 0, 10);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(512)]
    public void A_fairseq_table_begins_at_its_offset(int dimension)
    {
        const int Offset = 2, Positions = 200;
        float[] table = Fill(PositionalEncoding.SinusoidalFairseq, Positions, dimension, dimension, Offset);
        int half = dimension / 2;
        for (int row = 0; row < Positions; row++)
        {
            for (int column = 0; column < dimension; column++)
            {
                double angle = (row + Offset) * Math.Pow(10000, -(column % half) / Math.Max(half - 1.0, 1.0));
                double expected = column >= 2 * half ? 0 : column < half ? Math.Sin(angle) : Math.Cos(angle);
                Assert.Equal(expected, table[(row * dimension) + column], 1e-6);
            }
        }
    }

    [Fact]
    public void No_positions_are_no_table() => Assert.Equal([], Fill(PositionalEncoding.Sinusoidal, 0, 4, 16));

    [Theory]
    [InlineData(PositionalEncoding.None)]
    [InlineData(PositionalEncoding.Learned)]
    public void Other_encodings_are_refused(PositionalEncoding encoding) => Assert.Throws<ArgumentException>(() => Fill(encoding, 1, 4, 16));

    private static float[] Fill(PositionalEncoding encoding, int positions, int dimension, int stride, int offset = 0)
    {
        float[] table = new float[positions * stride];
        Array.Fill(table, float.NaN);
        fixed (float* pointer = table)
        {
            PositionTable.Fill(encoding, offset, positions, dimension, pointer, stride);
        }

        return table;
    }
}

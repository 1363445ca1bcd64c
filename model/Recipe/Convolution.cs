using KernelGen.Layout;

namespace KernelGen.Recipes;

/// <summary>
/// A convolution over the rows of a source: a linear layer that reads as many neighbouring rows as it has taps, side by side. Before the first row and behind the
/// last one there may be rows of zeros.
/// </summary>
internal sealed class Convolution
{
    /// <summary>Which of a model's it is.</summary>
    public required TensorRole Role { get; init; }

    /// <summary>The numbers in a row that it reads.</summary>
    public required Dimension Channels { get; init; }

    /// <summary>The numbers in a row that it writes.</summary>
    public required Dimension Outputs { get; init; }

    /// <summary>How many rows it reads.</summary>
    public required int Taps { get; init; }

    /// <summary>From row to row of its output, in rows of its input.</summary>
    public required int Step { get; init; }

    /// <summary>How many rows of zeros stand on either side.</summary>
    public int Padding { get; init; }

    /// <summary>What is applied to its sums; <see langword="null"/> for nothing.</summary>
    public Activation? Function { get; init; }

    /// <summary>Whether it adds a bias.</summary>
    public bool HasBias { get; init; } = true;

    /// <summary>
    /// Where all that it writes is then normalised as one group, by one mean and one variance over all rows and all their numbers (Wu and He 2018), what is added to the
    /// variance; <see langword="null"/> where it is not.
    /// </summary>
    public double? GroupNormEpsilon { get; init; }

    /// <summary>Whether its rows are samples of sound, one number each.</summary>
    public bool ReadsSamples => Channels.Size == 1;

    /// <summary>From row to row of its input, in floats: whole panels, but samples lie side by side.</summary>
    public int RowStride => ReadsSamples ? 1 : PanelLayout.RoundUp((int)Channels.Size);

    /// <summary>Inputs of its linear layer. Behind the last tap there may be some whose weights are zero, so that there are whole panels of them.</summary>
    public int Inputs => PanelLayout.RoundUp(Taps * RowStride);

    /// <summary>How many rows it makes of so many.</summary>
    public int RowsOf(int rows) => rows + (2 * Padding) < Taps ? 0 : ((rows + (2 * Padding) - Taps) / Step) + 1;

    /// <summary>The fewest rows of which it makes so many.</summary>
    public int FewestRowsFor(int rows) => Math.Max(1, ((rows - 1) * Step) + Taps - (2 * Padding));

    /// <summary>The most rows of which it makes so many.</summary>
    public int MostRowsFor(int rows) => (rows * Step) - 1 + Taps - (2 * Padding);

    /// <summary>The floats that it reads of so many rows: those of the padding, and what may be read behind them.</summary>
    public long InputLength(int rows) => PanelLayout.RoundUp(checked(((rows + (2 * Padding)) * RowStride) + Inputs - (Taps * RowStride)));
}

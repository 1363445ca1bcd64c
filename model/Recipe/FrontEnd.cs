using KernelGen.Execution;
using KernelGen.Families;

namespace KernelGen.Recipes;

/// <summary>What makes the rows that the encoder's layers read, its positions, of a source that is audio.</summary>
internal sealed class FrontEnd
{
    private FrontEnd(IReadOnlyList<Convolution> convolutions) => Convolutions = convolutions;

    /// <summary>The convolutions, in order.</summary>
    public IReadOnlyList<Convolution> Convolutions { get; }

    /// <summary>The fewest frames of which there is a position.</summary>
    public int FewestFrames
    {
        get
        {
            int rows = 1;
            for (int i = Convolutions.Count - 1; i >= 0; i--)
            {
                rows = Convolutions[i].FewestRowsFor(rows);
            }

            return rows;
        }
    }

    /// <summary>What makes the rows of a model whose source is audio.</summary>
    public static FrontEnd Of(ModelSettings settings) => new(Family.Of(settings.Architecture).Convolutions(settings));

    /// <summary>The positions that are made of so many frames.</summary>
    public int PositionsOf(int frames)
    {
        foreach (Convolution convolution in Convolutions)
        {
            frames = convolution.RowsOf(frames);
        }

        return frames;
    }

    /// <summary>The most frames of which so many positions are made.</summary>
    public int MostFrames(int positions) => MostRows(positions, before: 0);

    /// <summary>The most rows that a convolution reads where so many positions are made.</summary>
    /// <param name="positions">The number of positions.</param>
    /// <param name="before">The number of the convolution.</param>
    public int MostRows(int positions, int before)
    {
        for (int i = Convolutions.Count - 1; i >= before; i--)
        {
            positions = Convolutions[i].MostRowsFor(positions);
        }

        return positions;
    }
}

using System.Globalization;

namespace KernelGen;

/// <summary>What a stack makes of its tokens before its first layer: a row for each, in three parts as wide as the model.</summary>
public sealed class Embedding
{
    private readonly float[] _tokens;
    private readonly float[] _positions;
    private readonly float[] _inputs;

    internal Embedding(int length, int modelDimension)
    {
        Length = length;
        ModelDimension = modelDimension;
        int size = checked(length * modelDimension);
        _tokens = new float[size];
        _positions = new float[size];
        _inputs = new float[size];
    }

    /// <summary>The number of tokens.</summary>
    public int Length { get; }

    /// <summary>The width of the model.</summary>
    public int ModelDimension { get; }

    /// <summary>The embedding of a token, multiplied by the square root of the model dimension where the model scales embeddings.</summary>
    /// <param name="position">The position of the token, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public ReadOnlySpan<float> Token(int position) => Row(_tokens, position);

    /// <summary>The encoding of a position; zeros where the model has none.</summary>
    /// <param name="position">The position, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public ReadOnlySpan<float> Position(int position) => Row(_positions, position);

    /// <summary>
    /// What the first layer reads, with the bits that it has there: the sum of <see cref="Token"/> and <see cref="Position"/>, rounded once, and normalised
    /// where the model normalises embeddings.
    /// </summary>
    /// <param name="position">The position of the token, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public ReadOnlySpan<float> Input(int position) => Row(_inputs, position);

    /// <summary>The shape: <c>9 tokens, 256 wide</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Length} tokens, {ModelDimension} wide");

    internal Span<float> TokenRow(int position) => Row(_tokens, position);

    internal Span<float> PositionRow(int position) => Row(_positions, position);

    internal Span<float> InputRow(int position) => Row(_inputs, position);

    private Span<float> Row(float[] rows, int position)
    {
        if ((uint)position >= (uint)Length)
        {
            throw new ArgumentOutOfRangeException(nameof(position), position, $"The position is {position}; it goes from 0 to {Length - 1}.");
        }

        return rows.AsSpan(position * ModelDimension, ModelDimension);
    }
}

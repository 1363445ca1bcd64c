using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>Runs single embedding kernels: checks the arguments, and goes from token to token. Called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class EmbeddingCalls
{
    /// <summary>Embeddings of tokens.</summary>
    /// <param name="count">The number of tokens that there are.</param>
    /// <param name="dimension">The width of a row.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="tokensName">Their name.</param>
    /// <param name="table"><c>[count, dimension]</c>.</param>
    /// <param name="tableName">Its name.</param>
    /// <param name="y"><c>[tokens, dimension]</c>.</param>
    /// <param name="yName">Its name.</param>
    /// <param name="kernel">The kernel.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A token is none of the table.</exception>
    public static void Run(
        int count,
        int dimension,
        ReadOnlySpan<int> tokens,
        string tokensName,
        ReadOnlySpan<float> table,
        string tableName,
        Span<float> y,
        string yName,
        delegate*<int, float*, float*, float*, void> kernel) =>
        Embed(count, dimension, tokens, tokensName, table, tableName, default, y, yName, kernel);

    /// <summary>Embeddings of tokens, plus the rows of their positions, the first token's first.</summary>
    /// <param name="count">The number of tokens that there are.</param>
    /// <param name="dimension">The width of a row.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="tokensName">Their name.</param>
    /// <param name="table"><c>[count, dimension]</c>.</param>
    /// <param name="tableName">Its name.</param>
    /// <param name="positions">A row for each token; there may be more.</param>
    /// <param name="positionsName">Its name.</param>
    /// <param name="y"><c>[tokens, dimension]</c>.</param>
    /// <param name="yName">Its name.</param>
    /// <param name="kernel">The kernel.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A token is none of the table.</exception>
    public static void Run(
        int count,
        int dimension,
        ReadOnlySpan<int> tokens,
        string tokensName,
        ReadOnlySpan<float> table,
        string tableName,
        ReadOnlySpan<float> positions,
        string positionsName,
        Span<float> y,
        string yName,
        delegate*<int, float*, float*, float*, void> kernel)
    {
        int rows = SpanChecks.Rows(positions.Length, dimension, positionsName);
        if (rows < tokens.Length)
        {
            throw new ArgumentException($"'{positionsName}' has {rows} rows, which are too few for {tokens.Length} tokens.", positionsName);
        }

        SpanChecks.Apart(positions, positionsName, y, yName);
        Embed(count, dimension, tokens, tokensName, table, tableName, positions, y, yName, kernel);
    }

    private static void Embed(
        int count,
        int dimension,
        ReadOnlySpan<int> tokens,
        string tokensName,
        ReadOnlySpan<float> table,
        string tableName,
        ReadOnlySpan<float> positions,
        Span<float> y,
        string yName,
        delegate*<int, float*, float*, float*, void> kernel)
    {
        if (table.Length != (long)count * dimension)
        {
            throw SpanChecks.OtherLength(table.Length, (long)count * dimension, tableName, $"a table of {count} rows of {dimension}");
        }

        if (y.Length != (long)tokens.Length * dimension)
        {
            throw SpanChecks.OtherLength(y.Length, (long)tokens.Length * dimension, yName, $"a row of {dimension} for each of {tokens.Length} tokens");
        }

        SpanChecks.Apart(table, tableName, y, yName);
        fixed (float* embedding = table, position = positions, output = y)
        {
            for (int i = 0; i < tokens.Length; i++)
            {
                int token = tokens[i];
                if ((uint)token >= (uint)count)
                {
                    throw new ArgumentOutOfRangeException(tokensName, token, $"'{tokensName}' holds {token} at index {i}, but the table has the tokens 0 to {count - 1}.");
                }

                kernel(token, embedding, position + ((nint)i * dimension), output + ((nint)i * dimension));
            }
        }
    }
}

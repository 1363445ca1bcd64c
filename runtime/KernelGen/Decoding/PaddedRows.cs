namespace KernelGen.Decoding;

/// <summary>Takes the sources out of a rectangular array, in which pad tokens fill the rows: padding is left behind here, so nothing computes it.</summary>
internal static class PaddedRows
{
    /// <summary>Copies each row without the pad tokens at its end.</summary>
    /// <param name="rows"><c>[sources, columns]</c>.</param>
    /// <param name="padToken">What fills the rows.</param>
    /// <param name="parameter">The parameter of the public method.</param>
    /// <exception cref="ArgumentException">A row has no token, or a pad token before one.</exception>
    public static int[][] Unpad(int[,] rows, int padToken, string parameter)
    {
        int[][] sources = new int[rows.GetLength(0)][];
        for (int row = 0; row < sources.Length; row++)
        {
            int length = rows.GetLength(1);
            while (length > 0 && rows[row, length - 1] == padToken)
            {
                length--;
            }

            if (length == 0)
            {
                throw new ArgumentException(
                    rows.GetLength(1) == 0
                        ? $"The array has {sources.Length} rows and no columns; each source needs at least one token."
                        : $"Row {row} holds nothing but the pad token {padToken}; each source needs at least one token. Leave such rows out.",
                    parameter);
            }

            int[] source = sources[row] = new int[length];
            for (int column = 0; column < length; column++)
            {
                source[column] = rows[row, column] != padToken
                    ? rows[row, column]
                    : throw new ArgumentException(
                        $"Row {row} has the pad token {padToken} in column {column}, before the token in column {length - 1}; padding stands at the end of a row.",
                        parameter);
            }
        }

        return sources;
    }
}

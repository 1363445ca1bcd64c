using System.Globalization;

namespace KernelGen.Generator.Specification;

/// <summary>What each dimension alone allows but the product of two does not: matrices and buffers with more elements than an index of 32 bits counts.</summary>
internal static class BufferLimits
{
    /// <summary>Finds the matrices and buffers of a model that are too large. A dimension that is not known is passed over.</summary>
    public static IEnumerable<Problem> FindProblems(
        Setting<int>? dimension,
        Setting<int>? heads,
        Setting<int>? headDimension,
        Setting<int>? feedForward,
        Setting<int>? sourceVocabulary,
        Setting<int>? targetVocabulary,
        Setting<int>? sourceLength,
        Setting<int>? targetLength)
    {
        Setting<int>? longest = sourceLength is not null && targetLength is not null && sourceLength.Value > targetLength.Value ? sourceLength : targetLength ?? sourceLength;
        long? attention = dimension is not null && heads is not null ? 3L * heads.Value * Padded(headDimension?.Value ?? dimension.Value / heads.Value) : null;
        (string What, Setting<int>? Rows, long? Width)[] embeddings = sourceVocabulary?.Value == targetVocabulary?.Value
            ? [("an embedding", sourceVocabulary, dimension?.Value)]
            : [("the source embedding", sourceVocabulary, dimension?.Value), ("the target embedding", targetVocabulary, dimension?.Value)];
        (string What, Setting<int>? Rows, long? Width)[] buffers =
        [
            .. embeddings,
            ("the weights of a feed-forward layer", feedForward, dimension?.Value),
            ("the weights of the query, key and value projections", dimension, attention),
            ("the queries, keys and values of the longest sequence", longest, attention),
            ("the feed-forward activations of the longest sequence", longest, feedForward?.Value),
            ("the logits of the longest target", targetLength, targetVocabulary?.Value),
        ];
        foreach ((string what, Setting<int>? rows, long? width) in buffers)
        {
            if (rows is null || width is not long columns || Padded(rows.Value) * Padded(columns) <= Limits.BufferElements)
            {
                continue;
            }

            string elements = (Padded(rows.Value) * Padded(columns)).ToString(CultureInfo.InvariantCulture);
            yield return new Problem(ProblemKind.BufferTooLarge, rows.Place, rows.Text, what, elements, Limits.BufferElements.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static long Padded(long count) => (count + Limits.RowAlignment - 1) / Limits.RowAlignment * Limits.RowAlignment;
}

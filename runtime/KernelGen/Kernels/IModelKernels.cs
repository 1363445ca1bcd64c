using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>
/// The kernels of one model for one instruction set, written by the generator: every dimension and every row stride in them is a literal.
/// Buffers are 64-byte aligned; a row of width n takes the stride that <see cref="ModelDescription"/> names, and what lies between n and the
/// next multiple of 16 is zero. Nothing is checked here: the engine has checked everything.
/// </summary>
/// <remarks>
/// <para>
/// No kernel reads or writes a byte outside the lengths that are given here. A buffer of rows ends with the last row's padding to a multiple of 16, one of
/// quantised rows with the last row's stride.
/// </para>
/// Each result of finite inputs has the same bits for every instruction set and however the rows are grouped: a matrix-product element is one chain of fused
/// multiply-adds over k in ascending order that begins with the bias (with 8-bit weights, an exact integer sum that is scaled once); a sum over a row goes through 16 lanes (element i to lane i mod 16) that are
/// added as a tree: lane l to l+8, then l+4, then l+2, then l+1.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe interface IModelKernels : ILinearKernels
{
    /// <summary>Whether this process may run them: the CPU has the instructions, and the compiler was allowed to use them.</summary>
    static abstract bool IsSupported { get; }

    /// <summary><c>output = embedding[token] · scale + position</c>, one row.</summary>
    /// <param name="token">The token id.</param>
    /// <param name="embedding">The embedding table, packed in panels: <c>[panel of 16 tokens, model dimension, 16]</c>.</param>
    /// <param name="position">The row of the position table, or <see langword="null"/> where positions are not encoded.</param>
    /// <param name="output">A row of the model dimension.</param>
    static abstract void Embed(int token, float* embedding, float* position, float* output);

    /// <summary>
    /// Normalises each row: layer normalisation (Ba et al. 2016), <c>(x - mean) / √(variance + ε) · γ + β</c>, in some models without β, or by the root mean square (Zhang and Sennrich 2019),
    /// <c>x / √(mean(x²) + ε) · γ</c>.
    /// </summary>
    /// <param name="input"><c>[rows, model dimension]</c>.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="norm">γ, then β where there is one, each padded with zeros to a multiple of 16.</param>
    /// <param name="output"><c>[rows, model dimension]</c>; may be the input.</param>
    static abstract void Norm(float* input, int rows, float* norm, float* output);

    /// <summary>
    /// The output projection with the upper four bits of 8-bit weights alone, <c>[panel, input / 8, 16, 4]</c> bytes, for quantised inputs of 8 bits. Only where
    /// <see cref="ModelDescription.ScreensOutput"/> is set and inputs have 8 bits; elsewhere it throws.
    /// </summary>
    /// <exception cref="NotSupportedException">The output projection of this model is not screened by upper bits.</exception>
    static virtual void LogitsOfUpperBits(byte* input, int rows, in LinearWeights weights, float* residual, float* output, int firstPanel, int endPanel) =>
        throw new NotSupportedException("The output projection of this model is not screened by upper bits.");

    /// <summary>
    /// Turns queries and keys of consecutive positions by their positions (Su et al. 2021): number i of a head and number i + pairs, <c>(a, b)</c>, become
    /// <c>(a · cos - b · sin, b · cos + a · sin)</c>, each product and each sum rounded.
    /// </summary>
    /// <param name="queryKeyValue"><c>[rows, 3 · attention width]</c>, as the input projection of self-attention writes it.</param>
    /// <param name="rows">The number of positions.</param>
    /// <param name="rotations">A row for each position: the cosines of its angles, padded to a multiple of 16, then the sines.</param>
    /// <exception cref="NotSupportedException">Positions of this model are not rotary.</exception>
    static virtual void Rotate(float* queryKeyValue, int rows, float* rotations) => throw new NotSupportedException("Positions of this model are not rotary.");

    /// <summary>Appends the keys and values of <paramref name="rows"/> consecutive positions to the self-attention cache of one sequence.</summary>
    /// <param name="queryKeyValue"><c>[rows, 3 · attention width]</c>, as the input projection of self-attention writes it.</param>
    /// <param name="rows">The number of positions.</param>
    /// <param name="firstPosition">The position of the first row.</param>
    /// <param name="keys">
    /// The key cache, transposed in panels: <c>[panel of 16 positions, attention width, 16]</c>, the number of panels being even. What positions do not fill
    /// may be anything.
    /// </param>
    /// <param name="values">The value cache: <c>[position, attention width]</c>.</param>
    static abstract void AppendKeysAndValues(float* queryKeyValue, int rows, int firstPosition, float* keys, float* values);

    /// <summary>Stores the keys and values of the encoder output for cross-attention, as <see cref="AppendKeysAndValues"/> does from position 0.</summary>
    /// <param name="keyValue"><c>[rows, 2 · attention width]</c>, as the key and value projections of cross-attention write it.</param>
    /// <param name="rows">The number of source positions.</param>
    /// <param name="keys">The key cache.</param>
    /// <param name="values">The value cache.</param>
    static abstract void StoreCrossKeysAndValues(float* keyValue, int rows, float* keys, float* values);

    /// <summary>
    /// Multi-head attention of consecutive positions of one sequence to its own cache: row i sees the first <c>visible + i · visibleStep</c> positions.
    /// A step of 1 is the causal mask, a step of 0 the padding mask.
    /// </summary>
    /// <param name="queryKeyValue"><c>[rows, 3 · attention width]</c>; the queries are read.</param>
    /// <param name="rows">The number of positions; 1 in a decoding step.</param>
    /// <param name="keys">The key cache.</param>
    /// <param name="values">The value cache.</param>
    /// <param name="visible">How many positions the first row sees, at least 1.</param>
    /// <param name="visibleStep">How many more each further row sees: 0 or 1.</param>
    /// <param name="positionBias">
    /// With relative positions, what is added to the score of the first row and position in the first head: a position further stands one ahead, a row further one
    /// back. <see langword="null"/> elsewhere.
    /// </param>
    /// <param name="positionBiasStride">From head to head of it.</param>
    /// <param name="scratch">Room of <see cref="ModelDescription.AttentionScratch"/> floats.</param>
    /// <param name="output"><c>[rows, attention width]</c>.</param>
    static abstract void SelfAttention(
        float* queryKeyValue,
        int rows,
        float* keys,
        float* values,
        int visible,
        int visibleStep,
        float* positionBias,
        int positionBiasStride,
        float* scratch,
        float* output);

    /// <summary>Scores of some queries of one head, <c>query · key</c>, as attention computes them.</summary>
    /// <param name="queries"><c>[rows, head width]</c>.</param>
    /// <param name="rows">The number of queries.</param>
    /// <param name="keys">The key cache, from the head's keys at the first position on.</param>
    /// <param name="positions">The number of positions; keys are read, and scores written, in whole pairs of panels.</param>
    /// <param name="scores">A row for each query, of the room that the longest sequence takes, rounded up to 32.</param>
    static abstract void PlaceScores(float* queries, int rows, float* keys, int positions, float* scores);

    /// <summary>Replaces scores by <c>2^((score - maximum) · scale)</c> and returns the sum of these.</summary>
    /// <param name="scores">The scores; what lies between their number and the next multiple of 16 becomes zero.</param>
    /// <param name="count">Their number, at least 1.</param>
    /// <param name="scale">The scale.</param>
    static abstract float Exponentials(float* scores, int count, float scale);

    /// <summary>Multi-head attention, of some of the heads, of target positions to the first <paramref name="visible"/> source positions.</summary>
    /// <param name="query"><c>[rows, attention width]</c>.</param>
    /// <param name="rows">The number of target positions.</param>
    /// <param name="keys">The cross-attention key cache.</param>
    /// <param name="values">The cross-attention value cache.</param>
    /// <param name="visible">The number of source positions.</param>
    /// <param name="firstHead">The first head that is computed.</param>
    /// <param name="endHead">The head behind the last.</param>
    /// <param name="scratch">Room of <see cref="ModelDescription.AttentionScratch"/> floats.</param>
    /// <param name="output"><c>[rows, attention width]</c>.</param>
    static abstract void CrossAttention(float* query, int rows, float* keys, float* values, int visible, int firstHead, int endHead, float* scratch, float* output);

    /// <summary>The middle of a gated feed-forward block: <c>activation(gate) · value</c>.</summary>
    /// <param name="input">Rows of gates, padded with zeros to a multiple of 16, and as many values.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="output"><c>[rows, feed-forward dimension]</c>; not overlapping the input.</param>
    /// <exception cref="NotSupportedException">The feed-forward blocks of this model are not gated.</exception>
    static virtual void Gate(float* input, int rows, float* output) => throw new NotSupportedException("The feed-forward blocks of this model are not gated.");

    /// <summary><c>softmax(scale · scores)</c> over each row, in place. A row of nothing but minus infinity becomes zeros.</summary>
    /// <param name="scores"><c>[rows, count]</c>; what lies between count and the next multiple of 16 may be anything and becomes zero.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="count">The number of scores in a row.</param>
    /// <param name="stride">From row to row, in floats; a multiple of 16.</param>
    /// <param name="scale">What the scores are multiplied with: 1, or <c>1/√(head dimension)</c> for attention.</param>
    static abstract void Softmax(float* scores, int rows, int count, int stride, float scale);

    /// <summary>The token with the highest logit; of equal ones the lowest.</summary>
    /// <param name="logits">One row of the target vocabulary; padding columns hold minus infinity.</param>
    /// <returns>The token id; -1 where a logit is not a number.</returns>
    static abstract int ArgMax(float* logits);

    /// <summary>What log-softmax subtracts, in two parts: <c>log p(token) = logits[token] - maximum - log(sum)</c>.</summary>
    /// <param name="logits">One row of the target vocabulary; padding columns hold minus infinity.</param>
    /// <param name="maximum">Receives the highest logit; not a number where a logit is none.</param>
    /// <returns>The sum of <c>exp(logits - maximum)</c>; not a number where a logit is none or plus infinity, or all are minus infinity.</returns>
    static abstract float SumOfExponentials(float* logits, float* maximum);
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// Draws tokens as <see cref="SamplingOptions"/> says. Belongs to a search, whose calls reuse its array. What is done is bound by reading a row of
/// probabilities a few times: like <see cref="TopK"/> it takes vectors of 128 bits, and nothing of it is generated but the softmax.
/// </summary>
/// <remarks>
/// <para>
/// A probability p counts as the whole number <c>round(p · 2⁴⁸)</c>, its weight. Sums of weights are exact, so that they are the same in any order, and so is
/// the token that a random number falls on. 2⁴⁸ times the sum of a softmax, which is 1 but for its rounding, leaves room for every vocabulary.
/// </para>
/// <para>
/// Nothing is sorted. The nucleus is all tokens above a certain probability, and some of those that have it; that probability is found by bisection over
/// the bits of a float, which are in the order of the floats. The limit of top-k is found likewise. Of V tokens with the total weight T only those with
/// more than <c>(T - target) / V</c> can belong to a nucleus that reaches the target: a token belongs to it when the tokens that come before it have not
/// reached the target, so that it and those after it have more than <c>T - target</c> together, and it is the heaviest of these. They are few where a model
/// knows what it says, and gathered first.
/// </para>
/// </remarks>
internal sealed unsafe class TokenSampler
{
    /// <summary>2⁵²: a double in [2⁵², 2⁵³) holds a whole number in the bits of its mantissa.</summary>
    private const double Magic = 1L << 52;

    private const double WeightScale = 1L << 48;

    /// <summary>Tokens whose weights are added before it is asked whether the drawn one is among them.</summary>
    private const int Segment = 512;

    private int[] _gathered = [];

    /// <summary>Draws a token in proportion to the probabilities of what the options keep.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call, reserved for sampling.</param>
    /// <param name="row">The row of logits, at least one of which is above minus infinity, and each a number below plus infinity; left as they are.</param>
    /// <param name="options">The options, checked.</param>
    /// <param name="random">64 random bits.</param>
    public int Draw(Engine engine, Workspace workspace, int row, SamplingOptions options, ulong random)
    {
        Span<float> logits = engine.PaddedLogits(workspace, row);
        float* kept = workspace.Probabilities;
        bool isLimited = options.TopK > 0 && options.TopK < logits.Length;
        Keep(logits, isLimited ? LimitOfHighest(logits, options.TopK) : float.NegativeInfinity, kept);
        engine.Softmax(kept, (float)(1 / options.Temperature));
        return DrawFrom(kept, logits.Length, options.TopP, options.MinP, random);
    }

    /// <summary>Draws a token in proportion to the probabilities of what top-p and min-p keep.</summary>
    /// <param name="probabilities">Probabilities, at least one above 0. Overwritten.</param>
    /// <param name="count">How many; a multiple of 16.</param>
    /// <param name="topP">As <see cref="SamplingOptions.TopP"/>.</param>
    /// <param name="minP">As <see cref="SamplingOptions.MinP"/>.</param>
    /// <param name="random">64 random bits.</param>
    public int DrawFrom(float* probabilities, int count, double topP, double minP, ulong random)
    {
        long total = Weight(probabilities, count, 0);
        if (topP == 1 && minP == 0)
        {
            return Place(probabilities, count, Fraction(total, random));
        }

        long target = Math.Clamp((long)Math.Ceiling(topP * total), 1, total);

        // A quarter, because weights are rounded: that of a token that can belong to the nucleus is at least 1, so its probability at least half of it.
        double least = topP == 1 ? 0 : (total - target) / (4 * WeightScale * count);
        float limit = (float)Math.Max(least, minP == 0 ? 0 : minP * Highest(probabilities, count));
        count = Gather(probabilities, count, limit);
        total = Weight(probabilities, count, 0);
        if (total > target)
        {
            total = KeepNucleus(probabilities, count, target);
        }

        return _gathered[Place(probabilities, count, Fraction(total, random))];
    }

    /// <summary>
    /// A limit that the k highest logits reach, those that are equal to the last of them too, and no other: no higher than the k-th highest, and higher than
    /// what is below it.
    /// </summary>
    internal static float LimitOfHighest(ReadOnlySpan<float> logits, int k)
    {
        // At least k reach the lower bound; fewer reach the upper.
        int lower = Ordered(float.NegativeInfinity), upper = Ordered(float.PositiveInfinity);
        while (upper - (long)lower > 1)
        {
            int middle = (int)(((long)lower + upper) >> 1);
            int reaching = CountReaching(logits, FromOrdered(middle));
            (lower, upper) = reaching >= k ? (middle, upper) : (lower, middle);
            if (reaching == k)
            {
                break;
            }
        }

        return FromOrdered(lower);
    }

    /// <summary>The weight of a probability.</summary>
    private static long WeightOf(float probability) => BitConverter.DoubleToInt64Bits(((double)probability * WeightScale) + Magic) - BitConverter.DoubleToInt64Bits(Magic);

    /// <summary>A whole number from 0 up to, not including, a total.</summary>
    private static long Fraction(long total, ulong random) => (long)Math.BigMul(random, (ulong)total, out _);

    /// <summary>The whole number that has the place of a float among all floats.</summary>
    private static int Ordered(float value)
    {
        int bits = BitConverter.SingleToInt32Bits(value);
        return bits ^ ((bits >> 31) & int.MaxValue);
    }

    private static float FromOrdered(int ordered) => BitConverter.Int32BitsToSingle(ordered ^ ((ordered >> 31) & int.MaxValue));

    /// <summary>Copies logits that are at least a limit, the others becoming minus infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Keep(ReadOnlySpan<float> logits, float limit, float* kept)
    {
        var least = Vector128.Create(limit);
        var none = Vector128.Create(float.NegativeInfinity);
        fixed (float* row = logits)
        {
            for (int i = 0; i < logits.Length; i += 4)
            {
                Vector128<float> values = Vector128.Load(row + i);
                Vector128.ConditionalSelect(Vector128.LessThan(values, least), none, values).Store(kept + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountReaching(ReadOnlySpan<float> logits, float limit)
    {
        var least = Vector128.Create(limit);
        Vector128<int> reached = Vector128<int>.Zero;
        fixed (float* row = logits)
        {
            for (int i = 0; i < logits.Length; i += 4)
            {
                reached -= Vector128.GreaterThanOrEqual(Vector128.Load(row + i), least).AsInt32();
            }
        }

        return Vector128.Sum(reached);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Highest(float* probabilities, int count)
    {
        Vector128<float> highest = Vector128<float>.Zero;
        for (int i = 0; i < count; i += 4)
        {
            highest = Vector128.MaxNative(highest, Vector128.Load(probabilities + i));
        }

        return MathF.Max(MathF.Max(highest[0], highest[1]), MathF.Max(highest[2], highest[3]));
    }

    /// <summary>The weight of all probabilities that are at least a limit.</summary>
    /// <param name="probabilities">The probabilities.</param>
    /// <param name="count">How many; a multiple of 4.</param>
    /// <param name="limit">The limit.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Weight(float* probabilities, int count, float limit)
    {
        var least = Vector128.Create(limit);
        var scale = Vector128.Create(WeightScale);
        var magic = Vector128.Create(Magic);
        Vector128<long> sum = Vector128<long>.Zero;
        for (int i = 0; i < count; i += 4)
        {
            Vector128<float> values = Vector128.Load(probabilities + i);
            values = Vector128.GreaterThanOrEqual(values, least).AsSingle() & values;
            sum += ((Vector128.WidenLower(values) * scale) + magic).AsInt64() - magic.AsInt64();
            sum += ((Vector128.WidenUpper(values) * scale) + magic).AsInt64() - magic.AsInt64();
        }

        return Vector128.Sum(sum);
    }

    /// <summary>The place at which the sum of weights exceeds a number below their total.</summary>
    private static int Place(float* probabilities, int count, long rest)
    {
        int place = 0;
        for (; ; place += Segment)
        {
            long weight = Weight(probabilities + place, Math.Min(Segment, count - place), 0);
            if (rest < weight)
            {
                break;
            }

            rest -= weight;
        }

        while (rest >= WeightOf(probabilities[place]))
        {
            rest -= WeightOf(probabilities[place++]);
        }

        return place;
    }

    /// <summary>
    /// Moves the probabilities that are at least a limit to the front, and zeros up to a multiple of 4 behind them; the length then. Their tokens are in
    /// <see cref="_gathered"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Gather(float* probabilities, int count, float limit)
    {
        Span<int> gathered = ReusedArray.Take(ref _gathered, count);
        var least = Vector128.Create(limit);
        int found = 0;
        for (int i = 0; i < count; i += 16)
        {
            uint reached = 0;
            for (int lane = 0; lane < 16; lane += 4)
            {
                reached |= Vector128.GreaterThanOrEqual(Vector128.Load(probabilities + i + lane), least).ExtractMostSignificantBits() << lane;
            }

            for (; reached != 0; reached &= reached - 1)
            {
                int token = i + BitOperations.TrailingZeroCount(reached);
                gathered[found] = token;
                probabilities[found++] = probabilities[token];
            }
        }

        while (found % 4 != 0)
        {
            probabilities[found++] = 0;
        }

        return found;
    }

    /// <summary>Makes what is outside the nucleus zero.</summary>
    /// <param name="probabilities">Probabilities in the order of their tokens.</param>
    /// <param name="count">How many; a multiple of 4.</param>
    /// <param name="target">The weight that the nucleus reaches, at least 1 and at most what there is.</param>
    /// <returns>The weight of the nucleus.</returns>
    private static long KeepNucleus(float* probabilities, int count, long target)
    {
        // What is at least the lower bound reaches the target; what is at least the upper, more than any probability, does not.
        int lower = 0, upper = BitConverter.SingleToInt32Bits(2f);
        while (upper - lower > 1)
        {
            int middle = (lower + upper) >> 1;
            bool reaches = Weight(probabilities, count, BitConverter.Int32BitsToSingle(middle)) >= target;
            (lower, upper) = reaches ? (middle, upper) : (lower, middle);
        }

        float limit = BitConverter.Int32BitsToSingle(lower);
        long weight = Weight(probabilities, count, BitConverter.Int32BitsToSingle(upper));
        for (int i = 0; i < count; i++)
        {
            if (probabilities[i] < limit || (probabilities[i] == limit && weight >= target))
            {
                probabilities[i] = 0;
            }
            else if (probabilities[i] == limit)
            {
                weight += WeightOf(limit);
            }
        }

        return weight;
    }
}

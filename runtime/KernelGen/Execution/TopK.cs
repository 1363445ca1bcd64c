using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.Execution;

/// <summary>
/// Finds the best tokens of a row of logits. No dimension of the model but the length of the row is in it, and it is bound by reading that row: vectors of
/// 128 bits, which every CPU has, do it as fast as wider ones, so it is not generated.
/// </summary>
internal static unsafe class TopK
{
    /// <summary>The most tokens that are looked for.</summary>
    public const int MaxCount = 64;

    /// <summary>
    /// The tokens with the highest logits: the best first, of equal ones the lower first. Logits of minus infinity, and what is not a number, are left out. A first pass takes the
    /// highest logit of each of 64 interleaved columns; the best of these are no better than the best of all, so the second pass looks closely at few.
    /// </summary>
    /// <param name="logits">A row of logits; its length is a multiple of 16, with minus infinity after the vocabulary.</param>
    /// <param name="tokens">Receives the tokens; its length, from 1 to <see cref="MaxCount"/>, is how many are looked for.</param>
    /// <returns>How many were found: fewer than asked for where no more logits are above minus infinity.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Find(ReadOnlySpan<float> logits, Span<int> tokens)
    {
        Span<float> best = stackalloc float[tokens.Length];
        float* highest = stackalloc float[MaxCount];
        new Span<float>(highest, MaxCount).Fill(float.NegativeInfinity);
        fixed (float* row = logits)
        {
            for (int i = 0; i < logits.Length; i += 16)
            {
                float* columns = highest + (i & (MaxCount - 16));
                for (int lane = 0; lane < 16; lane += 4)
                {
                    // A comparison, because which of two numbers a maximum is when one is none depends on the CPU.
                    Vector128<float> values = *(Vector128<float>*)(row + i + lane), before = *(Vector128<float>*)(columns + lane);
                    Vector128.ConditionalSelect(Vector128.GreaterThan(values, before), values, before).Store(columns + lane);
                }
            }

            int found = 0;
            for (int column = 0; column < MaxCount; column++)
            {
                found = Insert(highest[column], column, best, tokens, found);
            }

            Vector128<float> limit = Vector128.Create(best[^1] > float.MinValue ? best[^1] : float.MinValue);
            found = 0;
            for (int i = 0; i < logits.Length; i += 16)
            {
                uint reached = 0;
                for (int lane = 0; lane < 16; lane += 4)
                {
                    reached |= Vector128.GreaterThanOrEqual(*(Vector128<float>*)(row + i + lane), limit).ExtractMostSignificantBits() << lane;
                }

                for (; reached != 0; reached &= reached - 1)
                {
                    int token = i + BitOperations.TrailingZeroCount(reached);
                    found = Insert(row[token], token, best, tokens, found);
                }

                if (found == tokens.Length)
                {
                    limit = Vector128.Create(best[^1]);
                }
            }

            return found;
        }
    }

    /// <summary>Puts a token into the list of the best, behind its equals; how many are in the list then.</summary>
    private static int Insert(float logit, int token, Span<float> best, Span<int> tokens, int found)
    {
        if (found == tokens.Length)
        {
            if (!(logit > best[^1]))
            {
                return found;
            }

            found--;
        }

        int place = found;
        while (place > 0 && best[place - 1] < logit)
        {
            best[place] = best[place - 1];
            tokens[place] = tokens[place - 1];
            place--;
        }

        best[place] = logit;
        tokens[place] = token;
        return found + 1;
    }
}

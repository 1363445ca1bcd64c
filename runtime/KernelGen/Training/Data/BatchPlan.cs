using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Training;

/// <summary>
/// Which pairs of a window are computed together: they are shuffled, sorted by the lengths of their targets and sources, cut into batches, and the batches are shuffled. All of it is a function
/// of the pairs and of the seed. The arrays are reused.
/// </summary>
internal sealed class BatchPlan
{
    private PairWindow _window = new();
    private int[] _pairs = [];
    private int[] _sorted = [];
    private int[] _counts = [];
    private int[] _ends = [];
    private int[] _order = [];

    /// <summary>The number of batches.</summary>
    public int Count { get; private set; }

    /// <summary>Plans the batches of a window.</summary>
    /// <param name="window">The pairs.</param>
    /// <param name="tokensPerBatch">The most tokens of a batch, of sources or of targets; of audio, the most rows that the encoder's layers read.</param>
    /// <param name="order">What decides the order; <see langword="null"/> to leave pairs of equal lengths and batches as they come.</param>
    public void Make(PairWindow window, int tokensPerBatch, ShuffleOrder? order)
    {
        _window = window;
        ReusedArray.Grow(ref _pairs, window.Count);
        ReusedArray.Grow(ref _sorted, window.Count);
        for (int i = 0; i < window.Count; i++)
        {
            _pairs[i] = i;
        }

        order?.Shuffle(_pairs.AsSpan(0, window.Count), RandomStreams.Pairs);
        SortByLength(isTarget: false);
        SortByLength(isTarget: true);
        Cut(tokensPerBatch);
        ReusedArray.Grow(ref _order, Count);
        for (int i = 0; i < Count; i++)
        {
            _order[i] = i;
        }

        order?.Shuffle(_order.AsSpan(0, Count), RandomStreams.Batches);
    }

    /// <summary>Copies the pairs of a batch.</summary>
    /// <param name="number">The number of the batch, in the order in which they are computed.</param>
    /// <param name="startToken">The token that begins what the decoder reads.</param>
    /// <param name="batch">Receives the pairs.</param>
    public void CopyTo(int number, int startToken, PairBatch batch)
    {
        batch.Clear();
        int which = _order[number];
        for (int i = which == 0 ? 0 : _ends[which - 1]; i < _ends[which]; i++)
        {
            _window.CopyTo(_pairs[i], startToken, batch);
        }
    }

    /// <summary>Sorts by counting, so that pairs of equal lengths stay in their order.</summary>
    private void SortByLength(bool isTarget)
    {
        int count = _window.Count;
        int longest = 0;
        for (int i = 0; i < count; i++)
        {
            longest = Math.Max(longest, Length(i, isTarget));
        }

        ReusedArray.Grow(ref _counts, longest + 1);
        Array.Clear(_counts, 0, longest + 1);
        for (int i = 0; i < count; i++)
        {
            _counts[Length(i, isTarget)]++;
        }

        for (int length = 0, before = 0; length <= longest; length++)
        {
            (_counts[length], before) = (before, before + _counts[length]);
        }

        for (int i = 0; i < count; i++)
        {
            _sorted[_counts[Length(_pairs[i], isTarget)]++] = _pairs[i];
        }

        (_pairs, _sorted) = (_sorted, _pairs);
    }

    private int Length(int pair, bool isTarget) => isTarget ? _window.TargetLength(pair) : _window.SourceLength(pair);

    private void Cut(int tokensPerBatch)
    {
        Count = 0;
        long sources = 0, targets = 0;
        for (int i = 0; i < _window.Count; i++)
        {
            sources += Length(_pairs[i], isTarget: false);
            targets += Length(_pairs[i], isTarget: true);
            bool isFirst = i == (Count == 0 ? 0 : _ends[Count - 1]);
            if (!isFirst && Math.Max(sources, targets) > tokensPerBatch)
            {
                End(i);
                sources = Length(_pairs[i], isTarget: false);
                targets = Length(_pairs[i], isTarget: true);
            }
        }

        if (_window.Count > 0)
        {
            End(_window.Count);
        }
    }

    private void End(int pair)
    {
        ReusedArray.Grow(ref _ends, Count + 1);
        _ends[Count++] = pair;
    }
}

/// <summary>What decides the order of pairs and batches of a window.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Epoch">The number of the epoch.</param>
/// <param name="FirstPair">The number of the window's first pair in its epoch.</param>
internal readonly record struct ShuffleOrder(ulong Seed, long Epoch, long FirstPair)
{
    /// <summary>Shuffles numbers (Fisher and Yates 1938, as Durstenfeld has it).</summary>
    /// <param name="numbers">The numbers.</param>
    /// <param name="stream">One of <see cref="RandomStreams"/>.</param>
    public void Shuffle(Span<int> numbers, ulong stream)
    {
        for (int i = numbers.Length - 1; i > 0; i--)
        {
            ulong random = Philox.Next(Seed, (ulong)(FirstPair + i), stream | (ulong)Epoch);
            int other = (int)Math.BigMul(random, (ulong)(i + 1), out _);
            (numbers[i], numbers[other]) = (numbers[other], numbers[i]);
        }
    }
}

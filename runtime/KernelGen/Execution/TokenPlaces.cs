using System.Runtime.InteropServices;

namespace KernelGen.Execution;

/// <summary>
/// In which places of their source's cache the tokens of live hypotheses stand. Hypotheses of a source share one cache: what they have in common stands in it once, so that
/// one that goes on in several ways is not copied. A place is free again when no live hypothesis goes through it. Belongs to a search, whose calls reuse its arrays.
/// </summary>
internal sealed unsafe class TokenPlaces
{
    private int[] _tables = [];
    private int[] _usedIn = [];
    private State[] _states = [];
    private int _use;
    private int _hypotheses;

    /// <summary>From hypothesis to hypothesis of a table, in numbers.</summary>
    public int Stride { get; private set; }

    /// <summary>Makes room.</summary>
    /// <param name="sources">The number of sources.</param>
    /// <param name="hypotheses">The most live hypotheses of a source.</param>
    /// <param name="positions">The most tokens of a hypothesis, with what stands before the target.</param>
    public void Begin(int sources, int hypotheses, int positions)
    {
        (_hypotheses, Stride) = (hypotheses, positions);

        // Kernels read the tables where they stand.
        long length = 2L * sources * hypotheses * positions;
        if (_tables.Length < length)
        {
            _tables = GC.AllocateUninitializedArray<int>(checked((int)length), pinned: true);
        }

        ReusedArray.Take(ref _states, sources);
        ReusedArray.Take(ref _usedIn, hypotheses * positions);
    }

    /// <summary>Begins with one hypothesis.</summary>
    /// <param name="source">The source.</param>
    /// <param name="tokens">How many tokens it has, which stand in the first places.</param>
    public void Start(int source, int tokens)
    {
        _states[source] = new State { Tokens = tokens };
        int* table = Table(source);
        for (int token = 0; token < tokens; token++)
        {
            table[token] = token;
        }
    }

    /// <summary>Takes the hypotheses of a source one token further: each goes on from one of before, and has a place for its next token that no other goes through.</summary>
    /// <param name="source">The source.</param>
    /// <param name="parents">For each the number of the one that it continues among those of before.</param>
    public void Advance(int source, ReadOnlySpan<int> parents)
    {
        ref State state = ref _states[source];
        int* before = Table(source);
        state.IsSecondTable = !state.IsSecondTable;
        int* table = Table(source);

        // A place is in use where it has the number of this use.
        if (++_use == int.MaxValue)
        {
            _usedIn.AsSpan().Clear();
            _use = 1;
        }

        int end = 0;
        for (int hypothesis = 0; hypothesis < parents.Length; hypothesis++)
        {
            int* places = table + ((long)hypothesis * Stride);
            NativeMemory.Copy(before + ((long)parents[hypothesis] * Stride), places, (nuint)state.Tokens * sizeof(int));
            for (int token = 0; token < state.Tokens; token++)
            {
                _usedIn[places[token]] = _use;
                end = Math.Max(end, places[token] + 1);
            }
        }

        int free = 0;
        for (int hypothesis = 0; hypothesis < parents.Length; hypothesis++)
        {
            while (_usedIn[free] == _use)
            {
                free++;
            }

            table[((long)hypothesis * Stride) + state.Tokens] = free++;
        }

        state.Tokens++;
        state.End = Math.Max(end, free);
    }

    /// <summary>The places of the tokens of a source's hypotheses, a row of <see cref="Stride"/> for each; valid until the source is taken further.</summary>
    public int* Of(int source) => Table(source);

    /// <summary>The place behind the last that a hypothesis of a source goes through.</summary>
    public int End(int source) => _states[source].End;

    private int* Table(int source) =>
        (int*)Marshal.UnsafeAddrOfPinnedArrayElement(_tables, 0) + ((((2L * source) + (_states[source].IsSecondTable ? 1 : 0)) * _hypotheses) * Stride);

    private struct State
    {
        public int Tokens;
        public int End;
        public bool IsSecondTable;
    }
}

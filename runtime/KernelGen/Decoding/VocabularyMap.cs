using KernelGen.Execution;

namespace KernelGen;

/// <summary>
/// Which target tokens may come for a source: some for every source, and for each source token, or row of source tokens, some more. Of all others the output projection is not computed
/// (<see cref="GenerationOptions.VocabularyMap"/>). <c>KernelGen.Text.VocabularyMapFile</c> reads the files of CTranslate2 (<c>vmap.txt</c>) and Marian (lexical shortlists).
/// </summary>
/// <remarks>It does not change: any number of models, calls and threads may use it at once.</remarks>
public sealed class VocabularyMap
{
    /// <summary>A tree of source tokens: from a node, by the token that comes next, to a node.</summary>
    private readonly Dictionary<long, int> _next = [];

    /// <summary>The target tokens of each node; those of the root may always come.</summary>
    private readonly List<int[]> _targets = [[]];

    /// <summary>Makes a map.</summary>
    /// <param name="always">Target tokens that may come for every source. The end token, and tokens that the options of a call force, may come without being named.</param>
    /// <param name="rules">
    /// Rows of source tokens, most of them of one, each with the target tokens that may come where the row stands anywhere in a source. Rules for the same row add to each other.
    /// </param>
    /// <exception cref="ArgumentException">A row is empty, or a token is negative.</exception>
    public VocabularyMap(IEnumerable<int> always, IEnumerable<(int[] Source, int[] Targets)> rules)
    {
        ArgumentNullException.ThrowIfNull(always);
        ArgumentNullException.ThrowIfNull(rules);
        Add(0, [.. always], nameof(always));
        foreach ((int[] source, int[] targets) in rules)
        {
            if (source is null || source.Length == 0 || targets is null)
            {
                throw new ArgumentException("A rule has no source tokens, or no array of target tokens; what may come for every source belongs to the first argument.", nameof(rules));
            }

            int node = 0;
            foreach (int token in source)
            {
                Check(token, nameof(rules));
                if (!_next.TryGetValue(Key(node, token), out int next))
                {
                    next = _targets.Count;
                    _targets.Add([]);
                    _next.Add(Key(node, token), next);
                }

                node = next;
            }

            Add(node, targets, nameof(rules));
        }
    }

    /// <summary>The largest target token that it names; -1 where it names none.</summary>
    public int LargestTarget { get; private set; } = -1;

    /// <summary>The target tokens that may come for a source, each once, in ascending order; without the end token and forced tokens where the map does not name them.</summary>
    /// <param name="source">The tokens of the source.</param>
    public int[] CandidatesOf(ReadOnlySpan<int> source)
    {
        ulong[] marks = new ulong[TokenMarks.Words(LargestTarget + 1)];
        Mark(source, marks);
        int[] candidates = new int[TokenMarks.Count(marks)];
        TokenMarks.List(marks, candidates);
        return candidates;
    }

    /// <summary>Sets the bits of the target tokens that may come for a source.</summary>
    internal void Mark(ReadOnlySpan<int> source, Span<ulong> marks)
    {
        TokenMarks.Set(marks, _targets[0]);
        for (int first = 0; first < source.Length; first++)
        {
            int node = 0;
            for (int i = first; i < source.Length && _next.TryGetValue(Key(node, source[i]), out node); i++)
            {
                TokenMarks.Set(marks, _targets[node]);
            }
        }
    }

    private void Add(int node, int[] targets, string parameter)
    {
        foreach (int target in targets)
        {
            Check(target, parameter);
            LargestTarget = Math.Max(LargestTarget, target);
        }

        _targets[node] = _targets[node].Length == 0 ? [.. targets] : [.. _targets[node], .. targets];
    }

    private static long Key(int node, int token) => ((long)node << 32) | (uint)token;

    private static void Check(int token, string parameter)
    {
        if (token < 0)
        {
            throw new ArgumentException($"A vocabulary map names the token {token}; tokens are not negative.", parameter);
        }
    }
}

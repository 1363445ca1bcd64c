using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// Searches targets for sources: for a few together, or for a list of any length in groups. Sources are sorted by length, so that those of a group are
/// alike; a group's rows stand one behind the other without padding.
/// </summary>
internal static class BatchSearch
{
    /// <summary>
    /// The most target rows (hypotheses of all sources) in a group. The weights are read once for all rows of a step; more than so many gain little, and
    /// memory grows with them.
    /// </summary>
    public const int MaxRows = 64;

    /// <summary>Searches targets for sources together, with greedy or beam search.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call; holds what is found until its next search.</param>
    /// <param name="tokens">The tokens of the sources, checked, one source behind the other.</param>
    /// <param name="lengths">The length of each source.</param>
    /// <param name="indices">The place of each source in the caller's list.</param>
    /// <param name="settings">How to search.</param>
    public static void Run(Engine engine, Workspace workspace, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<int> indices, SearchSettings settings)
    {
        Encode(engine, workspace, tokens, lengths, settings);
        if (settings.BeamSize > 1)
        {
            workspace.Beams.Run(engine, workspace, indices, settings);
            return;
        }

        workspace.Greedy.Begin(engine, indices, settings);
        while (!workspace.Greedy.IsDone)
        {
            workspace.Greedy.Step(engine, workspace);
        }
    }

    /// <summary>The most native memory, in bytes, that a search for so many sources takes, none of which is longer than <paramref name="longest"/>.</summary>
    public static long MaxBytes(ModelDescription model, int sources, int longest, SearchSettings settings)
    {
        Span<int> lengths = stackalloc int[Math.Min(sources, GroupSize(settings))];
        lengths.Fill(longest);
        using var workspace = new Workspace(model);
        workspace.Sharing.Threads = settings.Threads;
        int hypotheses = settings.HypothesesPerSource;
        return workspace.BytesFor(lengths, settings.MaxLength, TargetRows(lengths.Length, settings), hypotheses, settings.Options.Sampling is not null);
    }

    /// <summary>Makes room for a search and encodes its sources. Parameters as for <see cref="Run"/>.</summary>
    public static void Encode(Engine engine, Workspace workspace, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, SearchSettings settings)
    {
        int hypotheses = settings.HypothesesPerSource;
        workspace.Sharing.Threads = settings.Threads;
        workspace.Reserve(lengths, settings.MaxLength, TargetRows(lengths.Length, settings), hypotheses, settings.Options.Sampling is not null);
        engine.Encode(workspace, tokens, lengths.Length);
    }

    /// <summary>What <see cref="Run"/> found for a source.</summary>
    public static GenerationResult Result(Engine engine, Workspace workspace, int source, SearchSettings settings)
    {
        GenerationResult result = settings.BeamSize > 1 ? workspace.Beams.Result(source) : workspace.Greedy.Result(source);
        if (settings.Options.ReturnCrossAttention)
        {
            CrossAttentionPass.Run(engine, workspace, source, result);
        }

        return result;
    }

    /// <summary>Searches targets for a list of sources, in groups.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="sources">The sources, not checked.</param>
    /// <param name="settings">How to search.</param>
    /// <param name="numbers">What callbacks call each source; their places in the list where there are none.</param>
    /// <param name="completed">Is told each result as soon as it is there; not in the order of the list.</param>
    /// <exception cref="ArgumentException">A source is null, empty, too long, or holds a token out of range.</exception>
    public static GenerationResult[] RunAll(
        Engine engine,
        Workspace workspace,
        IReadOnlyList<int[]> sources,
        SearchSettings settings,
        ReadOnlySpan<int> numbers = default,
        Action<GenerationResult>? completed = null)
    {
        var results = new GenerationResult[sources.Count];
        ReadOnlySpan<long> order = LongestFirst(engine, workspace, sources, results.Length);
        int groupSize = GroupSize(settings);
        Span<int> lengths = stackalloc int[MaxRows];
        Span<int> indices = stackalloc int[MaxRows];
        for (int first = 0; first < order.Length; first += groupSize)
        {
            ReadOnlySpan<long> group = order.Slice(first, Math.Min(groupSize, order.Length - first));
            int total = 0;
            for (int i = 0; i < group.Length; i++)
            {
                lengths[i] = Length(group[i]);
                indices[i] = numbers.IsEmpty ? Index(group[i]) : numbers[Index(group[i])];
                total += lengths[i];
            }

            Span<int> tokens = workspace.Tokens(total);
            Span<int> rest = tokens;
            foreach (long item in group)
            {
                Fetch(sources, Index(item), Length(item)).CopyTo(rest);
                InputTokens.Check(
                    rest[..Length(item)],
                    engine.Description.SourceVocabularySize,
                    engine.Description.MaxSourceLength,
                    nameof(sources),
                    nameof(EncoderDecoder.MaxSourceLength),
                    Index(item));
                rest = rest[Length(item)..];
            }

            Run(engine, workspace, tokens, lengths[..group.Length], indices[..group.Length], settings);
            for (int i = 0; i < group.Length; i++)
            {
                results[Index(group[i])] = Result(engine, workspace, i, settings);
                completed?.Invoke(results[Index(group[i])]);
            }
        }

        return results;
    }

    /// <summary>The most sources that are searched for together.</summary>
    public static int GroupSize(SearchSettings settings) => Math.Max(1, MaxRows / settings.HypothesesPerSource);

    /// <summary>The most target rows that are decoded at once.</summary>
    private static int TargetRows(int sources, SearchSettings settings) =>
        Math.Max(sources * settings.HypothesesPerSource, settings.Options.ReturnCrossAttention ? settings.MaxLength : 0);

    /// <summary>Checks every source before the work begins, and puts the numbers of all into an order: the longest first, of equal ones the earlier.</summary>
    private static ReadOnlySpan<long> LongestFirst(Engine engine, Workspace workspace, IReadOnlyList<int[]> sources, int count)
    {
        Span<long> order = workspace.Order(count);
        for (int i = 0; i < count; i++)
        {
            workspace.Cancellation.ThrowIfCancellationRequested();
            int[] source = sources[i] ?? throw new ArgumentException($"Source {i} is null; each source is an array of tokens.", nameof(sources));
            InputTokens.Check(
                source,
                engine.Description.SourceVocabularySize,
                engine.Description.MaxSourceLength,
                nameof(sources),
                nameof(EncoderDecoder.MaxSourceLength),
                i);
            order[i] = ((long)(int.MaxValue - source.Length) << 32) | (uint)i;
        }

        order.Sort();
        return order;
    }

    private static int Length(long item) => int.MaxValue - (int)(item >> 32);

    private static int Index(long item) => (int)item;

    /// <summary>A source as it was when the work began. Another thread may have changed the list since, so what it holds is checked again once it is copied.</summary>
    private static int[] Fetch(IReadOnlyList<int[]> sources, int index, int length)
    {
        int[]? source = sources[index];
        return source?.Length == length
            ? source
            : throw new ArgumentException($"Source {index} was changed while targets were generated; leave the list alone until then.", nameof(sources));
    }
}

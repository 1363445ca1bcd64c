using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// Searches targets for a source, or for a list of sources of any length: so many at once as there are places, and when some are found the next sources take
/// their places, so that there are always many rows to compute together. Rows stand one behind the other without padding.
/// </summary>
internal static class BatchSearch
{
    /// <summary>
    /// The most target rows (hypotheses of all sources) at once. The weights are read once for all rows of a step; more than so many gain little, and
    /// memory grows with them.
    /// </summary>
    public const int MaxRows = 64;

    /// <summary>Source tokens that are enough to be encoded together: reading the weights then costs next to nothing beside computing with them.</summary>
    private const int EnoughToEncode = 128;

    /// <summary>Where one place of so many is free, the next sources are encoded however short they are: steps have fewer rows until then.</summary>
    private const int FreePlaces = 4;

    /// <summary>Searches targets for one source.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="source">The tokens of the source, checked.</param>
    /// <param name="settings">How to search.</param>
    public static GenerationResult Run(Engine engine, Workspace workspace, ReadOnlySpan<int> source, SearchSettings settings)
    {
        workspace.Measurement.Begin(engine.Description.Name, sources: 1);
        try
        {
            GenerationResult result = Search(engine, workspace, source, settings);
            workspace.Measurement.Complete(result);
            return result;
        }
        catch (Exception exception) when (workspace.Measurement.Fail(exception))
        {
            throw;
        }
    }

    private static GenerationResult Search(Engine engine, Workspace workspace, ReadOnlySpan<int> source, SearchSettings settings)
    {
        bool isParallel = ParallelGreedySearch.Serves(engine, sources: 1, settings);
        ISearch search = Start(engine, workspace, source, settings, isParallel);
        if (isParallel)
        {
            ParallelGreedySearch.Run(engine, workspace, settings);
            return Result(engine, workspace, search, 0, settings);
        }

        return Finish(engine, workspace, search, settings);
    }

    /// <summary>Searches to the end for the one source of a workspace.</summary>
    private static GenerationResult Finish(Engine engine, Workspace workspace, ISearch search, SearchSettings settings)
    {
        while (!search.IsDone)
        {
            search.Step(engine, workspace);
            workspace.Measurement.Stepped();
        }

        return Result(engine, workspace, search, 0, settings);
    }

    /// <summary>Makes room for one source, encodes it, and begins to search. Parameters as for <see cref="Run"/>; and whether parallel greedy search will go on.</summary>
    public static ISearch Start(Engine engine, Workspace workspace, ReadOnlySpan<int> source, SearchSettings settings, bool isParallel = false)
    {
        Reserve(workspace, [source.Length], settings, isParallel);
        engine.Encode(workspace, source, [0]);
        return StartEncoded(engine, workspace, source, settings);
    }

    /// <summary>Searches targets for the one source of a workspace, which stands encoded, with room for the search.</summary>
    public static GenerationResult RunEncoded(Engine engine, Workspace workspace, SearchSettings settings)
    {
        workspace.Measurement.Begin(engine.Description.Name, sources: 1);
        try
        {
            workspace.Place(0, workspace.Sequences[0].SourceLength);
            workspace.ShareTargets(settings.BeamSize);
            GenerationResult result = Finish(engine, workspace, StartEncoded(engine, workspace, [], settings), settings);
            workspace.Measurement.Complete(result);
            return result;
        }
        catch (Exception exception) when (workspace.Measurement.Fail(exception))
        {
            throw;
        }
    }

    /// <summary>Makes room for the source of a workspace, for any search of so many hypotheses.</summary>
    public static void ReserveForAnySearch(Engine engine, Workspace workspace, int sourceLength, int hypotheses, int threads)
    {
        workspace.Sharing.Threads = threads;
        int longest = engine.Description.MaxTargetLength;
        workspace.Reserve([sourceLength], longest, targetRows: Math.Max(longest, hypotheses), hypotheses, samples: true);
    }

    private static ISearch StartEncoded(Engine engine, Workspace workspace, ReadOnlySpan<int> source, SearchSettings settings)
    {
        DecodeTokensBefore(engine, workspace, place: 0, places: 1, settings);
        ISearch search = Begin(engine, workspace, places: 1, settings);
        search.Start(engine, source: 0, index: 0, source, settings);
        return search;
    }

    /// <summary>Searches targets for a list of sources.</summary>
    /// <remarks>
    /// The longest sources come first: what is behind them then fits the memory of any place, and the shortest remain for the end, when no others are left to
    /// take a place.
    /// </remarks>
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
        if (results.Length == 0)
        {
            return results;
        }

        workspace.Measurement.Begin(engine.Description.Name, results.Length);
        try
        {
            Search(engine, workspace, sources, settings, numbers, completed, results);
            workspace.Measurement.Complete(results);
            return results;
        }
        catch (Exception exception) when (workspace.Measurement.Fail(exception))
        {
            throw;
        }
    }

    private static void Search(
        Engine engine,
        Workspace workspace,
        IReadOnlyList<int[]> sources,
        SearchSettings settings,
        ReadOnlySpan<int> numbers,
        Action<GenerationResult>? completed,
        GenerationResult[] results)
    {
        ReadOnlySpan<long> order = LongestFirst(engine, workspace, sources, results.Length);
        int places = Math.Min(order.Length, MaxPlaces(settings));
        Span<int> lengths = stackalloc int[places];
        Span<int> free = stackalloc int[places];
        Span<int> sourceIn = stackalloc int[places];
        for (int place = 0; place < places; place++)
        {
            lengths[place] = Length(order[place]);
            free[place] = place;
        }

        Reserve(workspace, lengths, settings);
        ISearch search = Begin(engine, workspace, places, settings);
        int freeCount = places;
        while (true)
        {
            int count = Math.Min(freeCount, order.Length);
            if (count > 0 && (freeCount >= (places + FreePlaces - 1) / FreePlaces || Tokens(order[..count]) >= EnoughToEncode))
            {
                ReadOnlySpan<int> tokens = Encode(engine, workspace, sources, order[..count], free[..count]);
                for (int i = 0; i < count; i++)
                {
                    int source = Index(order[i]);
                    sourceIn[free[i]] = source;
                    DecodeTokensBefore(engine, workspace, free[i], places, settings);
                    search.Start(engine, free[i], numbers.IsEmpty ? source : numbers[source], tokens[..Length(order[i])], settings);
                    tokens = tokens[Length(order[i])..];
                }

                order = order[count..];
                free[count..freeCount].CopyTo(free);
                freeCount -= count;
            }

            if (search.IsDone)
            {
                return;
            }

            search.Step(engine, workspace);
            workspace.Measurement.Stepped();
            foreach (int place in search.Completed)
            {
                GenerationResult result = Result(engine, workspace, search, place, settings);
                results[sourceIn[place]] = result;
                completed?.Invoke(result);
                free[freeCount++] = place;
            }
        }
    }

    /// <summary>The most sources that are searched for at once.</summary>
    public static int MaxPlaces(SearchSettings settings) => Math.Max(1, MaxRows / settings.HypothesesPerSource);

    /// <summary>The most native memory, in bytes, that a search for so many sources takes, none of which is longer than <paramref name="longest"/>.</summary>
    public static long MaxBytes(Engine engine, int sources, int longest, SearchSettings settings)
    {
        Span<int> lengths = stackalloc int[Math.Min(sources, MaxPlaces(settings))];
        lengths.Fill(longest);
        using var workspace = new Workspace(engine.Description);
        workspace.Sharing.Threads = settings.Threads;
        int rows = TargetRows(lengths.Length, settings, ParallelGreedySearch.Serves(engine, sources, settings));
        return workspace.BytesFor(lengths, settings.MaxPositions, rows, settings.HypothesesPerSource, settings.Options.Sampling is not null);
    }

    /// <summary>The most target rows that are decoded at once.</summary>
    public static int TargetRows(int sources, SearchSettings settings, bool isParallel) => Math.Max(
        isParallel ? ParallelGreedySearch.MaxRows + ParallelGreedySearch.MaxDraftRows : sources * settings.HypothesesPerSource,
        Math.Max(settings.TokensBefore.Length, settings.Options.ReturnCrossAttention ? settings.MaxLength : 0));

    /// <summary>Copies what stands before the target of a source to its samples; the hypotheses of a beam share it.</summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="place">The place of the source.</param>
    /// <param name="places">The number of places.</param>
    /// <param name="settings">How to search.</param>
    public static void CopyToSamples(Workspace workspace, int place, int places, SearchSettings settings)
    {
        for (int hypothesis = 1; settings.BeamSize == 1 && hypothesis < settings.HypothesesPerSource; hypothesis++)
        {
            workspace.CopyTarget(place, (hypothesis * places) + place);
        }
    }

    /// <summary>Decodes what stands before the targets of a source, which stands encoded in a place.</summary>
    private static void DecodeTokensBefore(Engine engine, Workspace workspace, int place, int places, SearchSettings settings)
    {
        if (!settings.TokensBefore.IsEmpty)
        {
            engine.Decode(workspace, settings.TokensBefore, [place], [settings.TokensBefore.Length]);
            CopyToSamples(workspace, place, places, settings);
        }
    }

    private static void Reserve(Workspace workspace, ReadOnlySpan<int> lengths, SearchSettings settings, bool isParallel = false)
    {
        workspace.Sharing.Threads = settings.Threads;
        int rows = TargetRows(lengths.Length, settings, isParallel);
        workspace.Reserve(lengths, settings.MaxPositions, rows, settings.HypothesesPerSource, settings.Options.Sampling is not null);
        workspace.ShareTargets(settings.BeamSize);
    }

    public static ISearch Begin(Engine engine, Workspace workspace, int places, SearchSettings settings)
    {
        ISearch search = settings.BeamSize == 1 ? workspace.State<GreedySearch>()
            : settings.Options.Definition == SearchDefinition.KernelGen ? workspace.State<KernelGenBeamSearch>()
            : settings.Options.Definition == SearchDefinition.OpenAI ? workspace.State<OpenAIBeamSearch>()
            : settings.Options.BeamGroups == 1 ? workspace.State<HuggingFaceBeamSearch>()
            : workspace.State<DiverseBeamSearch>();
        search.Begin(engine, places, settings);
        return search;
    }

    public static GenerationResult Result(Engine engine, Workspace workspace, ISearch search, int place, SearchSettings settings)
    {
        GenerationResult result = search.Result(place);
        if (settings.Options.ReturnCrossAttention)
        {
            AttentionPass.Cross(engine, workspace, place, settings, result);
        }

        return result;
    }

    /// <summary>Encodes sources into free places; their tokens, one source behind the other.</summary>
    private static ReadOnlySpan<int> Encode(Engine engine, Workspace workspace, IReadOnlyList<int[]> sources, ReadOnlySpan<long> items, ReadOnlySpan<int> places)
    {
        Span<int> tokens = workspace.Tokens(Tokens(items));
        Span<int> rest = tokens;
        for (int i = 0; i < items.Length; i++)
        {
            int length = Length(items[i]);
            Fetch(sources, Index(items[i]), length).CopyTo(rest);
            InputTokens.Check(
                rest[..length],
                engine.Description.SourceVocabularySize,
                engine.Description.MaxSourceLength,
                nameof(sources),
                nameof(EncoderDecoder.MaxSourceLength),
                Index(items[i]));
            workspace.Place(places[i], length);
            rest = rest[length..];
        }

        engine.Encode(workspace, tokens, places);
        return tokens;
    }

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

    /// <summary>The number of tokens of sources together.</summary>
    private static int Tokens(ReadOnlySpan<long> items)
    {
        int tokens = 0;
        foreach (long item in items)
        {
            tokens += Length(item);
        }

        return tokens;
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

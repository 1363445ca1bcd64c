using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>Decodes targets for sources together, each of which stands encoded in a workspace of its own. Each step reads the weights once for all of them.</summary>
internal static class EncodedBatch
{
    /// <summary>Searches targets for the sources.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call, in which the sources have none.</param>
    /// <param name="encoded">The workspace of each source, with room for the search; at most <see cref="BatchSearch.MaxPlaces"/>.</param>
    /// <param name="settings">How to search for each source: alike, as <see cref="SearchSettings.IsLike"/> says.</param>
    /// <param name="firstIndex">What callbacks call the first source.</param>
    public static GenerationResult[] Search(Engine engine, Workspace workspace, ReadOnlySpan<Workspace> encoded, ReadOnlySpan<SearchSettings> settings, int firstIndex)
    {
        workspace.Measurement.Begin(engine.Description.Name, encoded.Length);
        try
        {
            GenerationResult[] results = SearchAll(engine, workspace, encoded, settings, firstIndex);
            workspace.Measurement.Complete(results);
            return results;
        }
        catch (Exception exception) when (workspace.Measurement.Fail(exception))
        {
            throw;
        }
    }

    private static GenerationResult[] SearchAll(Engine engine, Workspace workspace, ReadOnlySpan<Workspace> encoded, ReadOnlySpan<SearchSettings> settings, int firstIndex)
    {
        int places = encoded.Length;
        SearchSettings widest = settings[0];
        var before = new PlacedTokens();
        for (int place = 0; place < places; place++)
        {
            ref readonly SearchSettings one = ref settings[place];
            widest = one.MaxLength > widest.MaxLength ? one : widest;
            before.Add(place, one.TokensBefore);
        }

        workspace.Sharing.Threads = widest.Threads;
        int rows = Math.Max(BatchSearch.TargetRows(places, widest, isParallel: false), before.Count);
        workspace.Borrow(encoded, rows, widest.HypothesesPerSource, widest.Options.Sampling is not null);
        workspace.ShareTargets(widest.BeamSize);
        before.Decode(engine, workspace);
        foreach (int place in before.Places)
        {
            BatchSearch.CopyToSamples(workspace, place, places, widest);
        }

        ISearch search = BatchSearch.Begin(engine, workspace, places, widest);
        for (int place = 0; place < places; place++)
        {
            search.Start(engine, place, firstIndex + place, [], settings[place]);
        }

        var results = new GenerationResult[places];
        while (!search.IsDone)
        {
            search.Step(engine, workspace);
            workspace.Measurement.Stepped();
            foreach (int place in search.Completed)
            {
                results[place] = BatchSearch.Result(engine, workspace, search, place, settings[place]);
            }
        }

        return results;
    }

    /// <summary>The logits of the tokens that follow given targets of the sources.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call, in which the sources have none; receives the logits, a row for each source.</param>
    /// <param name="encoded">The workspace of each source, at most <see cref="BatchSearch.MaxRows"/>.</param>
    /// <param name="targets">The target of each, with all that stands before it.</param>
    public static void NextLogits(Engine engine, Workspace workspace, ReadOnlySpan<Workspace> encoded, ReadOnlySpan<int[]> targets)
    {
        var before = new PlacedTokens();
        int[] places = new int[targets.Length];
        int[] last = new int[targets.Length];
        for (int place = 0; place < places.Length; place++)
        {
            before.Add(place, targets[place].AsSpan(..^1));
            places[place] = place;
            last[place] = targets[place][^1];
        }

        workspace.Borrow(encoded, Math.Max(before.Count, places.Length), hypotheses: 1, samples: false);
        before.Decode(engine, workspace);
        engine.DecodeStep(workspace, last, places);
        engine.Project(workspace, 0, last.Length);
    }
}

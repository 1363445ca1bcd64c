using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// A search for the targets of several sources together, step by step. Each source has a place, its number, in which another source may follow once its
/// search is over; a place that is free costs nothing.
/// </summary>
internal interface ISearch
{
    /// <summary>Whether no source is being searched for.</summary>
    bool IsDone { get; }

    /// <summary>The sources whose search was completed by the last step.</summary>
    ReadOnlySpan<int> Completed { get; }

    /// <summary>Makes room; no source is searched for yet.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="sources">The number of places.</param>
    /// <param name="settings">How to search.</param>
    void Begin(Engine engine, int sources, SearchSettings settings);

    /// <summary>Begins to search for a source that stands encoded in a workspace, in a place that is free.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="source">The place.</param>
    /// <param name="index">What callbacks call the source.</param>
    /// <param name="tokens">The tokens of the source; copied where rules look at them.</param>
    /// <param name="settings">Those of the source, which differ from those of <see cref="Begin"/> in start token and seed alone, or in a length that is shorter.</param>
    void Start(Engine engine, int source, int index, ReadOnlySpan<int> tokens, in SearchSettings settings);

    /// <summary>Generates the next token of each source that is searched for.</summary>
    void Step(Engine engine, Workspace workspace);

    /// <summary>What was found for a source whose search is over, until another begins in its place.</summary>
    GenerationResult Result(int source);
}

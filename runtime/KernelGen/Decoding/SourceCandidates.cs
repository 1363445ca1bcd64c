using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>The target tokens that may come for each source of a search, where a <see cref="VocabularyMap"/> says so, and the projection to their logits.</summary>
internal sealed class SourceCandidates
{
    private readonly OutputCandidates _candidates = new();
    private GenerationOptions _options = GenerationOptions.Default;

    /// <summary>Whether a map says which tokens may come.</summary>
    public bool AreGiven => _options.VocabularyMap is not null;

    /// <summary>Takes up the options of a call.</summary>
    public void Begin(in SearchSettings settings, int sources)
    {
        _options = settings.Options;
        _candidates.Begin(sources);
    }

    /// <summary>Takes up a source: what the map says of it, the tokens that end a target, and those that are forced.</summary>
    public void Start(Engine engine, int source, ReadOnlySpan<int> tokens, ReadOnlySpan<int> endTokens)
    {
        if (_options.VocabularyMap is not { } map)
        {
            return;
        }

        Span<ulong> marks = _candidates.Marks(engine.Description.TargetVocabularySize);
        map.Mark(tokens, marks);
        TokenMarks.Set(marks, endTokens);
        TokenMarks.Set(marks, _options.ForcedPrefix.AsSpan());
        TokenMarks.Set(marks, _options.ForcedEndTokens.AsSpan());
        _candidates.Set(source, marks);
        engine.GatherCandidates(_candidates, source);
    }

    /// <summary>Projects rows of decoder output, all of one source, to logits; of tokens that may not come they are minus infinity.</summary>
    public void Project(Engine engine, Workspace workspace, int source, int firstRow, int rows) =>
        engine.ProjectCandidates(workspace, _candidates, source, firstRow, rows);
}

using KernelGen.Benchmarks.Report;

namespace KernelGen.Benchmarks.Start;

/// <summary>All that is measured with programs of their own.</summary>
internal static class StartSections
{
    /// <summary>Publishes the programs and measures; what could not be published is left out, and said.</summary>
    /// <param name="selection">What is measured.</param>
    /// <param name="folders">Where things are.</param>
    /// <param name="kept">Where programs are kept, or <see langword="null"/>; see <see cref="PublishedPrograms"/>.</param>
    /// <param name="isSameWork">Whether all programs that ran did the same work.</param>
    /// <param name="isComplete">Whether all programs could be published.</param>
    public static IReadOnlyList<Section> Measure(Selection selection, Folders folders, string? kept, out bool isSameWork, out bool isComplete)
    {
        using var programs = new PublishedPrograms(folders.Repository, kept);
        isComplete = programs.Missing.Count == 0;
        Section start = StartSection.Measure(selection, folders.Graphs, programs, out isSameWork);
        return [start with { Notes = [.. programs.Missing, .. start.Notes] }, CompilationSection.Measure(selection, programs)];
    }
}

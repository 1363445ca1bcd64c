using KernelGen.Benchmarks.Batches;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Peers;
using KernelGen.Benchmarks.Roofline;
using KernelGen.Benchmarks.Speech;
using KernelGen.Benchmarks.Start;
using KernelGen.Benchmarks.Suites;
using KernelGen.Benchmarks.Tokenization;

namespace KernelGen.Benchmarks.Report;

/// <summary>Everything in one run: each section to the terminal as soon as it is measured, then all of them to a page.</summary>
internal static class FullReport
{
    /// <summary>Measures and writes.</summary>
    /// <param name="selection">What is measured.</param>
    /// <param name="folders">Where things are.</param>
    /// <param name="output">The folder of the page.</param>
    /// <param name="withSuites">Whether the BenchmarkDotNet suites run, too.</param>
    /// <returns>The exit code: 1 when the peers did not do the same work.</returns>
    public static int Run(Selection selection, Folders folders, string output, bool withSuites)
    {
        var sections = new List<Section>();
        void Add(params IReadOnlyList<Section> measured)
        {
            TerminalReport.Write(measured);
            sections.AddRange(measured);
        }

        Add(MachineSection.Create());
        Add(PeersSection.Measure(selection, folders.Graphs, out bool isSameWork));
        Add(TrainedSection.Measure(selection, folders));
        Add(BatchSections.Measure(selection, folders));
        Add(SpeechSections.Measure(SpeechSelection.Of(selection), folders.Graphs, out bool isSameSpeech));
        using (var machine = new MachineLimits(selection.InstructionSet, selection.KernelSeconds))
        {
            Add(MachineLimitsSection.Create(machine));
            Add(CaseRooflineSection.Measure(selection, machine, folders));
            Add(KernelRooflineSection.Measure(selection, machine));
        }

        if (TrainedCase.Find(ModelCase.ZhEn, folders, out _) is { } translator)
        {
            Add(TranslationSection.Measure(translator, selection.ModelSeconds));
            Add(ParallelGreedySection.Measure(translator, selection.ModelSeconds));
        }

        Add(TokenizationSections.Measure(folders, selection.ModelSeconds));
        Add(LoadingSection.Measure(selection.Cases));
        Add(HuggingFaceSections.Measure(selection.ModelSeconds, folders));
        Add(StartSections.Measure(selection, folders, kept: null, out bool isSameStart, out _));
        Add(GeneratorSection.Measure(selection.ModelSeconds));
        if (withSuites)
        {
            foreach (Section suite in SuitesRun.Sections(selection.IsQuick))
            {
                Add(suite);
            }
        }

        MarkdownReport.Write(output, "KernelGen, measured", sections);
        Console.WriteLine($"Written to {Path.Combine(output, MarkdownReport.FileName)}");
        return isSameWork && isSameStart && isSameSpeech ? 0 : 1;
    }
}

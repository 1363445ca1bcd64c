using KernelGen.Generator.Diagnostics;
using Snapshooter.Xunit3;
using static KernelGen.Generator.Tests.GeneratorTest;

namespace KernelGen.Generator.Tests;

/// <summary>Texts that users read, kept beside this file in <c>__snapshots__</c>: a change of them shows in review.</summary>
public class SnapshotTests
{
    [Fact]
    public void Diagnostics() => string.Join(
        "\n",
        DiagnosticDescriptors.All.Select(static descriptor => $"{descriptor.Id} {descriptor.DefaultSeverity} {descriptor.Title}\n    {descriptor.MessageFormat}")).MatchSnapshot();

    [Fact]
    public void NamesOfTheGeneratedFiles() =>
        string.Join("\n", Run(Model("Bart", "")).Results[0].GeneratedSources.Select(static source => source.HintName).Order(StringComparer.Ordinal)).MatchSnapshot();
}

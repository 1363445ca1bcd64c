using System.Globalization;
using System.Runtime.Intrinsics.X86;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Report;
using KernelGen.Execution;

namespace KernelGen.Benchmarks.Disassembly;

/// <summary>The inner loops of a model's kernels as the JIT compiled them.</summary>
internal static class DisassemblySection
{
    /// <param name="selection">The models and the instruction set.</param>
    /// <param name="folder">Where the listings are kept, or <see langword="null"/>.</param>
    public static Section Create(Selection selection, string? folder)
    {
        string title = $"Inner loops of {selection.InstructionSet} kernels";
        if (!X86Base.X64.IsSupported)
        {
            return new Section(title, ["Left out: only listings of x64 code can be read."], [], []);
        }

        string place = folder ?? Directory.CreateTempSubdirectory("kernelgen-").FullName;
        Directory.CreateDirectory(place);
        try
        {
            return new Section(
                title,
                [
                    "For each method the worst of its inner loops, over all epilogues. Nothing may touch the stack in a loop that runs for each product.",
                    .. folder is null ? Array.Empty<string>() : [$"Listings: {place}"],
                ],
                [
                    new Column("model", IsText: true),
                    new Column("method", IsText: true),
                    new Column("weights", IsText: true),
                    new Column("compiled"),
                    new Column("inner loops"),
                    new Column("instructions"),
                    new Column("stack reads"),
                    new Column("stack writes"),
                    new Column("calls"),
                    new Column("range checks"),
                ],
                [
                    .. selection.Cases.SelectMany(model => JitListing
                        .Create(model, selection.InstructionSet, Path.Combine(place, $"{model.Name}-{selection.InstructionSet}.txt"))
                        .Where(static method => method.InnerLoops.Count > 0)
                        .GroupBy(static method => (method.Name, Weights: Weights(method)))
                        .Select(methods => Row(model, methods.Key.Name, methods.Key.Weights, [.. methods]))),
                ]);
        }
        finally
        {
            if (folder is null)
            {
                Directory.Delete(place, recursive: true);
            }
        }
    }

    private static string[] Row(ModelCase model, string name, string weights, IReadOnlyList<CompiledMethod> methods)
    {
        InnerLoop[] loops = [.. methods.SelectMany(static method => method.InnerLoops)];
        return
        [
            model.Name,
            name,
            weights,
            Number(methods.Count),
            Number(methods.Max(static method => method.InnerLoops.Count)),
            Number(loops.Max(static loop => loop.Instructions)),
            Number(loops.Max(static loop => loop.StackReads)),
            Number(loops.Max(static loop => loop.StackWrites)),
            Number(loops.Max(static loop => loop.Calls)),
            Number(methods.Max(static method => method.RangeChecks)),
        ];
    }

    private static string Weights(CompiledMethod method) =>
        method.TypeArguments.Contains(nameof(Float32Weights)) ? WeightPrecision.Float32.Name()
        : method.TypeArguments.Contains(nameof(BFloat16Weights)) ? WeightPrecision.BFloat16.Name()
        : method.Name.Contains(nameof(WeightPrecision.Int8), StringComparison.Ordinal) ? WeightPrecision.Int8.Name()
        : method.Name.Contains(nameof(WeightPrecision.Int4), StringComparison.Ordinal) ? WeightPrecision.Int4.Name()
        : "";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Report;
using KernelGen.Execution;

namespace KernelGen.Benchmarks.Start;

/// <summary>The same program compiled ahead of time and just in time, generating in turns; and the memory that it takes.</summary>
internal static class CompilationSection
{
    /// <summary>A turn of a program; the first ones, in which the JIT compiles again what is called often, are not counted.</summary>
    private const double TurnSeconds = 0.5;

    private const int TurnsNotCounted = 2;

    private static readonly Column[] Columns =
    [
        new("model", IsText: true),
        new("batch"),
        new("weights", IsText: true),
        new("native, least ms"),
        new("median"),
        new("JIT, least ms"),
        new("median"),
        new("ratio, least"),
        new("median"),
        new("file, MB"),
        new("peak over it, MB"),
        new("private, MB"),
        new("caches, MB"),
        new("other load"),
    ];

    /// <summary>Measures.</summary>
    public static Section Measure(Selection selection, PublishedPrograms programs)
    {
        var rows = new List<string[]>();
        var loads = new List<double?>();
        if (programs is { KernelGen: { } native, KernelGenJit: { } justInTime })
        {
            foreach (StartCase model in StartCase.Of(selection))
            {
                foreach (int batch in selection.Batches)
                {
                    foreach (WeightPrecision precision in selection.Precisions)
                    {
                        Console.Error.WriteLine($"measuring {model.Model.Name}, batch {batch}, {precision.Name()}");
                        rows.Add([model.Model.Name, Cells.Number(batch, 0), precision.Name(), .. Measure(native, justInTime, model, precision, batch, selection.ModelSeconds, out double? load)]);
                        loads.Add(load);
                    }
                }
            }
        }

        return new Section(
            "Native and just in time",
            [
                $"KernelGen, packed files, one thread, {InstructionSets.Best}. Times are of one sentence of {FixedSources.Length} tokens, each program {selection.ModelSeconds:0.##} s, in turns. \"Ratio\" is native over JIT.",
                "Memory is the native program's. \"Peak over it\": the peak of resident memory less the size of the packed file, which counts as resident as far as it was read. \"Private\": "
                    + "what is resident and of no file. \"Caches\": what of that keys and values of so many sources and targets take, as they must.",
                .. loads.Count > 0 ? [OtherLoad.Note(loads)] : Array.Empty<string>(),
            ],
            Columns,
            rows);
    }

    private static string[] Measure(StartedProgram native, StartedProgram justInTime, StartCase model, WeightPrecision precision, int batch, double seconds, out double? load)
    {
        string packed = model.Packed(precision);
        double turnSeconds = Math.Min(TurnSeconds, seconds / 2);
        int turns = (int)Math.Round(seconds / turnSeconds);
        List<double>[] samples = [[], []];
        ProgramMemory memory;
        var watch = OtherLoad.Watch();
        using (var first = new GeneratingProgram(native, model.Model.Name, packed, batch))
        using (var second = new GeneratingProgram(justInTime, model.Model.Name, packed, batch))
        {
            GeneratingProgram[] both = [first, second];
            for (int turn = -TurnsNotCounted; turn < turns; turn++)
            {
                for (int i = 0; i < both.Length; i++)
                {
                    double[] calls = both[i].Turn(turnSeconds);
                    samples[i].AddRange(turn < 0 ? [] : calls.Select(call => call / batch));
                }
            }

            memory = first.Memory();
        }

        load = watch.Percent();
        Times[] times = [.. samples.Select(Times.Of)];
        double bytes = new FileInfo(packed).Length;
        return
        [
            .. Cells.Times(times[0]),
            .. Cells.Times(times[1]),
            Cells.Number(times[0].Minimum / times[1].Minimum, 3),
            Cells.Number(times[0].Median / times[1].Median, 3),
            Cells.Number(bytes / 1e6, 1),
            Cells.Number(memory.Peak - (bytes / 1e6), 1),
            Cells.Number(memory.Private, 1),
            Cells.Number(batch * CacheBytes(model.Model.Description) / 1e6, 1),
            OtherLoad.Words(load),
        ];
    }

    /// <summary>Keys and values of one source and its target, in every layer of the decoder.</summary>
    private static double CacheBytes(ModelDescription model) =>
        2.0 * sizeof(float) * model.DecoderLayers * (FixedSources.Length + FixedSources.Length) * model.ModelDimension;
}

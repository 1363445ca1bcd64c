using KernelGen.Benchmarks.Kernels;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Peers;
using KernelGen.Benchmarks.Report;
using KernelGen.Tests.Kernels;

namespace KernelGen.Benchmarks.Roofline;

/// <summary>Each kernel of each model in percent of its limit.</summary>
internal sealed class KernelRooflineSection
{
    private static readonly int[] RowCounts = [1, 4, 24, 32, 128];
    private static readonly int[] QuickRowCounts = [1, 32];

    /// <summary>One of each shape: the query projection of cross-attention has that of the output projection.</summary>
    private static readonly LinearKernel[] LinearKernels =
    [
        LinearKernel.QueryKeyValue, LinearKernel.AttentionOutput, LinearKernel.CrossKeyValue, LinearKernel.FeedForwardExpand, LinearKernel.FeedForwardContract, LinearKernel.Logits,
    ];

    private readonly Selection _selection;
    private readonly MachineLimits _machine;
    private readonly List<string[]> _rows = [];
    private readonly List<double?> _loads = [];

    private KernelRooflineSection(Selection selection, MachineLimits machine) => (_selection, _machine) = (selection, machine);

    public static Section Measure(Selection selection, MachineLimits machine)
    {
        var section = new KernelRooflineSection(selection, machine);

        foreach (ModelCase model in selection.Cases)
        {
            Console.Error.WriteLine($"measuring the kernels of {model.Name}");

            // T5's other layers are of other kinds.
            bool isT5 = model.Description.Architecture == Architecture.T5;
            foreach (WeightPrecision precision in selection.Precisions)
            {
                section.Linear(model, precision);
                if (!isT5)
                {
                    section.EncoderLayer(model, precision);
                }
            }

            if (!isT5)
            {
                section.Attention(model);
            }
        }

        return section.Create();
    }

    private void Linear(ModelCase model, WeightPrecision precision)
    {
        var costs = new ModelCosts(model.Description, precision);
        foreach (LinearKernel kernel in LinearKernels)
        {
            foreach (int rows in _selection.IsQuick ? QuickRowCounts : RowCounts)
            {
                using var call = new LinearRows(model.KernelsFor(_machine.InstructionSet), kernel, rows, precision);
                Work work = costs.Linear(call.Shape.Input, call.Shape.Output, rows);
                Add(model, precision, $"{kernel} {call.Shape.Input} → {call.Shape.Output}", rows, [work], work.WeightBytes, call.Run);
            }
        }
    }

    private void Attention(ModelCase model)
    {
        var costs = new ModelCosts(model.Description, WeightPrecision.Float32);
        foreach (int rows in new[] { 1, RandomCase.SourceLength })
        {
            using var call = new SelfAttentionCall(model.KernelsFor(_machine.InstructionSet), rows, RandomCase.SourceLength);
            Add(model, WeightPrecision.Float32, $"attention to {RandomCase.SourceLength} positions", rows, [costs.Attention(rows, RandomCase.SourceLength)], 0, call.Run);
        }
    }

    private void EncoderLayer(ModelCase model, WeightPrecision precision)
    {
        var costs = new ModelCosts(model.Description, precision);
        foreach (int sources in _selection.Batches)
        {
            using var layer = new EncoderLayer(model.KernelsFor(_machine.InstructionSet), sources, RandomCase.SourceLength, precision);
            Work[] work = [.. costs.EncoderLayer(sources, RandomCase.SourceLength)];
            Add(model, precision, $"encoder layer, {sources} × {RandomCase.SourceLength} tokens", sources * RandomCase.SourceLength, work, work.Sum(static one => one.WeightBytes), layer.Run);
        }
    }

    private void Add(ModelCase model, WeightPrecision precision, string kernel, int rows, IReadOnlyList<Work> work, double workingSet, Action run)
    {
        var limit = new LimitProgram(_machine, work, workingSet);
        var watch = OtherLoad.Watch();
        Times[] times = Timing.ShortInTurns([run, limit.Run], _selection.KernelSeconds);
        double? load = watch.Percent();
        double seconds = times[0].Median;
        _loads.Add(load);
        _rows.Add(
        [
            model.Name,
            precision.Name(),
            kernel,
            Cells.Number(rows, 0),
            Cells.Number(seconds * 1e6, 2),
            Cells.Number(work.Sum(static one => one.Flops) / seconds / 1e9, 1),
            Cells.Number(work.Sum(static one => one.WeightBytes) / seconds / 1e9, 1),
            limit.BoundBy,
            Cells.Percent(times[1].Median / seconds),
            Cells.Percent(times[1].Minimum / times[0].Minimum),
            OtherLoad.Words(load),
        ]);
    }

    private Section Create() => new(
        "Kernels against their limits",
        [
            $"{_machine.InstructionSet}, one thread; int8 kernels with what quantises their inputs. The limit is the longer of the arithmetic at the peak and the weights at the bandwidth of the level that they live in, "
                + "run as a loop in turns with the kernel; it counts matrix products alone. Above 100 %: a neighbour slowed the loop down, or prefetching is better in the kernel.",
            OtherLoad.Note(_loads),
        ],
        [
            new Column("model", IsText: true),
            new Column("weights", IsText: true),
            new Column("kernel", IsText: true),
            new Column("rows"),
            new Column("median µs"),
            new Column("Gop/s"),
            new Column("weights GB/s"),
            new Column("bound by", IsText: true),
            new Column("of limit, medians"),
            new Column("least times"),
            new Column("other load"),
        ],
        _rows);
}

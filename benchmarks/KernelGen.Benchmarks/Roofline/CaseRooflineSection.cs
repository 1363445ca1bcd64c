using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Peers;
using KernelGen.Benchmarks.Report;

namespace KernelGen.Benchmarks.Roofline;

/// <summary>Whole models in percent of their limits.</summary>
internal sealed class CaseRooflineSection
{
    private readonly Selection _selection;
    private readonly MachineLimits _machine;
    private readonly List<string> _notes = [];
    private readonly List<string[]> _rows = [];
    private readonly List<Bar> _bars = [];
    private readonly List<double?> _loads = [];

    private CaseRooflineSection(Selection selection, MachineLimits machine) => (_selection, _machine) = (selection, machine);

    public static Section Measure(Selection selection, MachineLimits machine, Folders folders)
    {
        var section = new CaseRooflineSection(selection, machine);
        foreach (ModelCase model in selection.Cases)
        {
            Console.Error.WriteLine($"measuring {model.Name}");
            if (RandomCase.All.FirstOrDefault(random => random.Model == model) is { } random)
            {
                section.AddRandom(random);
            }
            else if (TrainedCase.Find(model, folders, out string? missing) is { } trained)
            {
                section.AddTrained(trained);
            }
            else
            {
                section._notes.Add($"Left out: {missing}.");
            }
        }

        return section.Create();
    }

    private void AddRandom(RandomCase random)
    {
        using var prepared = new PreparedCase(random);
        foreach (int batch in _selection.Batches)
        {
            int[][] sources = random.Sources(batch);
            foreach (Precision precision in _selection.Precisions)
            {
                var costs = new ModelCosts(random.Model.Description, precision);
                IEnumerable<Work> work = costs.Generation(batch, RandomCase.SourceLength, RandomCase.TargetLength);
                using KernelGenPeer? peer = KernelGenPeer.Missing(batch, precision) is null
                    ? KernelGenPeer.Load(random.Model, prepared.Checkpoint, precision, _machine.InstructionSet, RandomCase.TargetLength)
                    : null;
                Add(random.Model, batch, precision, new LimitProgram(_machine, work, costs.DecodingBytes), work, batch, peer is null ? null : () => peer.Generate(sources));
            }
        }
    }

    private void AddTrained(TrainedCase trained)
    {
        using var peer = KernelGenPeer.Load(trained.Model, trained.Weights, Precision.Float32, _machine.InstructionSet, maxLength: null);
        int[] steps = [.. peer.Generate(trained.Sources).Select(target => Math.Min(target.Length + 1, peer.Model.MaxTargetLength))];
        IEnumerable<Work> work = trained.Work(steps);
        var limit = new LimitProgram(_machine, work, trained.Costs.DecodingBytes);
        Add(trained.Model, 1, Precision.Float32, limit, work, trained.Sources.Length, () => peer.Generate(trained.Sources));
    }

    private void Add(ModelCase model, int batch, Precision precision, LimitProgram limit, IEnumerable<Work> work, int sentences, Action? run)
    {
        string name = $"{model.Name}, batch {batch}, {precision.Name()}";
        string[] measured = [Cells.Nothing, Cells.Nothing, Cells.Nothing];
        string load = Cells.Nothing;
        if (run is not null)
        {
            var watch = OtherLoad.Watch();
            Times[] times = Timing.LongInTurns([run, limit.Run], _selection.ModelSeconds);
            _loads.Add(watch.Percent());
            load = OtherLoad.Words(_loads[^1]);
            measured = [Cells.Milliseconds(times[0].Median / sentences), Cells.Milliseconds(times[1].Median / sentences), Cells.Percent(times[1].Median / times[0].Median)];
            _bars.Add(new Bar(name, times[1].Median / times[0].Median * 100));
        }
        else
        {
            _notes.Add($"{Cells.Nothing} {name}: {KernelGenPeer.Missing(batch, precision)}.");
        }

        _rows.Add(
        [
            model.Name,
            Cells.Number(batch, 0),
            precision.Name(),
            Cells.Number(work.Sum(static one => one.Flops) / sentences / 1e9, 3),
            Cells.Number(work.Sum(static one => one.WeightBytes) / sentences / 1e6, 0),
            limit.BoundBy,
            Cells.Milliseconds(limit.Seconds / sentences),
            .. measured,
            load,
        ]);
    }

    private Section Create() => new(
        "Models against their limits",
        [
            "Greedy generation, one thread; times, arithmetic and bytes are of one sentence. The limit of a model is the sum of the limits of its matrix products, as they follow each other; "
                + "\"limit\" is computed from the limits of one core, \"limit, in turns\" is a loop that does as much arithmetic and reads as many bytes, timed in turns with the model.",
            $"{RandomCase.SourceLength} source tokens, {RandomCase.TargetLength} decoded, for models with random weights; for the trained ones their own sentences.",
            .. _notes,
            .. _loads.Count == 0 ? Array.Empty<string>() : [OtherLoad.Note(_loads)],
        ],
        [
            new Column("model", IsText: true),
            new Column("batch"),
            new Column("weights", IsText: true),
            new Column("GFLOP"),
            new Column("MB of weights read"),
            new Column("bound by", IsText: true),
            new Column("limit, ms"),
            new Column("KernelGen, ms"),
            new Column("limit, in turns, ms"),
            new Column("of limit"),
            new Column("other load"),
        ],
        _rows)
    {
        Chart = _bars.Count == 0 ? null : new BarChart("roofline", "Percent of the machine's limit", 100, "limit", "0", _bars),
    };
}

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
            foreach (WeightPrecision precision in _selection.Precisions)
            {
                var costs = new ModelCosts(random.Model.Description, precision);
                IEnumerable<Work> work = costs.Generation(batch, RandomCase.SourceLength, RandomCase.TargetLength);
                using var peer = KernelGenPeer.Load(random.Model, prepared.Checkpoint, precision, _machine.InstructionSet, RandomCase.TargetLength, Search.GreedyUnscreened);
                Add(random.Model, batch, precision, new LimitProgram(_machine, work, costs.DecodingBytes), work, batch, () => peer.Generate(sources));
            }
        }
    }

    private void AddTrained(TrainedCase trained)
    {
        using var peer = KernelGenPeer.Load(trained.Model, trained.Weights, WeightPrecision.Float32, _machine.InstructionSet, maxLength: null, Search.GreedyUnscreened);
        int[] steps = [.. peer.GenerateEach(trained.Sources).Select(target => Math.Min(target.Length + 1, peer.Model.MaxTargetLength))];
        IEnumerable<Work> work = trained.Work(steps);
        var limit = new LimitProgram(_machine, work, trained.Costs.DecodingBytes);
        Add(trained.Model, 1, WeightPrecision.Float32, limit, work, trained.Sources.Length, () => peer.GenerateEach(trained.Sources));
    }

    private void Add(ModelCase model, int batch, WeightPrecision precision, LimitProgram limit, IEnumerable<Work> work, int sentences, Action run)
    {
        string name = $"{model.Name}, batch {batch}, {precision.Name()}";
        var watch = OtherLoad.Watch();
        Times[] times = Timing.LongInTurns([run, limit.Run], _selection.ModelSeconds);
        _loads.Add(watch.Percent());
        double part = times[1].Median / times[0].Median;
        _bars.Add(new Bar(name, part * 100));
        _rows.Add(
        [
            model.Name,
            Cells.Number(batch, 0),
            precision.Name(),
            Cells.Number(work.Sum(static one => one.Flops) / sentences / 1e9, 3),
            Cells.Number(work.Sum(static one => one.WeightBytes) / sentences / 1e6, 0),
            limit.BoundBy,
            Cells.Milliseconds(limit.Seconds / sentences),
            Cells.Milliseconds(times[0].Median / sentences),
            Cells.Milliseconds(times[1].Median / sentences),
            Cells.Percent(part),
            OtherLoad.Words(_loads[^1]),
        ]);
    }

    private Section Create() => new(
        "Models against their limits",
        [
            "Greedy generation by the whole output projection (not screened), one thread; times, arithmetic and bytes are of one sentence. The limit of a model is the sum of the limits of its matrix products, as they follow each other; "
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

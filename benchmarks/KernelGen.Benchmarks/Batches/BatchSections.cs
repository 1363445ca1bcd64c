using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Peers;
using KernelGen.Benchmarks.Report;

namespace KernelGen.Benchmarks.Batches;

/// <summary>What mixed lengths cost a list of sources, and what a beam costs a sentence.</summary>
internal static class BatchSections
{
    private static readonly Column[] MixedColumns =
    [
        new("model", IsText: true),
        new("weights", IsText: true),
        new("sources a call"),
        new("lengths", IsText: true),
        new("equal, ms/token"),
        new("mixed, ms/token"),
        new("mixed / equal"),
    ];

    private static readonly Column[] BeamColumns =
    [
        new("model", IsText: true),
        new("weights", IsText: true),
        new("greedy, ms/sentence"),
        new("with scores"),
        new("beam 4"),
        new("beam 4 / greedy"),
    ];

    private static readonly Column[] MapColumns =
    [
        new("model", IsText: true),
        new("weights", IsText: true),
        new("sources a call"),
        new("candidates"),
        new("greedy, ms/sentence"),
        new("with a map"),
        new("times faster"),
        new("beam 4"),
        new("with a map"),
        new("times faster"),
    ];

    /// <summary>Measures; the lists take turns, and so do the searches.</summary>
    public static IReadOnlyList<Section> Measure(Selection selection, Folders folders)
    {
        List<string[]> mixed = [], beams = [], maps = [];
        List<double?> loads = [];
        foreach (RandomCase random in RandomCase.All.Where(random => selection.Cases.Contains(random.Model)))
        {
            using var prepared = new PreparedCase(random);
            foreach (WeightPrecision precision in selection.Precisions)
            {
                int[][] sources = random.Sources(1);
                Measure(random.Model, prepared.Checkpoint, precision, RandomCase.TargetLength, (_, count) => MixedCase.Random(random, count), sources);
                MeasureMaps(random, prepared.Checkpoint, precision);
            }
        }

        if (selection.Cases.Contains(ModelCase.ZhEn) && TrainedCase.Find(ModelCase.ZhEn, folders, out _) is { } trained)
        {
            foreach (WeightPrecision precision in selection.Precisions)
            {
                int[][] sources = [.. trained.Sources.Take(selection.IsQuick ? 2 : 32)];
                Measure(trained.Model, trained.Weights, precision, maxLength: null, (model, count) => MixedCase.Sentences(trained, model, count), sources);
            }
        }

        string note = OtherLoad.Note(loads);
        return
        [
            new Section(
                "Batches of mixed lengths",
                [
                    "Greedy, one thread; least time of a call divided by the source tokens and the target tokens (end tokens included) of its list. Equal: as many sources, all as long as the mixed ones are on average; in zh-en, whose targets end by themselves, one typical sentence again and again.",
                    $"At most {Decoding.BatchSearch.MaxRows} sources are worked on at once; in longer lists the next ones take the places of those that are complete.",
                    note,
                ],
                MixedColumns,
                mixed),
            new Section(
                "Beam search beside greedy search",
                ["One source a call, one thread, least time; in random models 24 source tokens and 24 target tokens, in zh-en sentences one after another. Greedy search does not compute probabilities, with scores it does.", note],
                BeamColumns,
                beams),
            new Section(
                "Vocabulary maps",
                [
                    $"The first {AlwaysCandidates} tokens may come for every source, and for each source token {CandidatesOfToken} random ones; candidates are those of the first source. One thread, least time. In random models 24 source tokens and 24 target tokens.",
                    note,
                ],
                MapColumns,
                maps),
        ];

        void MeasureMaps(RandomCase random, string weights, WeightPrecision precision)
        {
            if (random.Model.Description.TargetVocabularySize < 10 * AlwaysCandidates)
            {
                return;
            }

            using KernelGenPeer peer = KernelGenPeer.Load(random.Model, weights, precision, selection.InstructionSet, RandomCase.TargetLength);
            foreach (int count in selection.Batches)
            {
                int[][] sources = random.Sources(count);
                var numbers = new Random(random.Seed);
                var map = new VocabularyMap(
                    Enumerable.Range(0, AlwaysCandidates),
                    sources.SelectMany(static source => source).Distinct().Select(token =>
                        ((int[])[token], Enumerable.Range(0, CandidatesOfToken).Select(_ => numbers.Next(random.FirstWord, random.Model.Description.TargetVocabularySize)).ToArray())));
                var plain = new GenerationOptions { MaxLength = RandomCase.TargetLength };
                Action Search(GenerationOptions options) => count == 1 ? () => peer.Model.Generate(sources[0], options) : () => peer.Model.Generate(sources, options);
                double[] times =
                [
                    .. InTurns(
                        Search(plain),
                        Search(plain with { VocabularyMap = map }),
                        Search(plain with { BeamSize = 4 }),
                        Search(plain with { BeamSize = 4, VocabularyMap = map })).Select(time => time.Minimum / count),
                ];
                maps.Add(
                [
                    random.Model.Name, precision.Name(), Cells.Number(count, 0), Cells.Number(map.CandidatesOf(sources[0]).Length, 0),
                    Cells.Milliseconds(times[0]), Cells.Milliseconds(times[1]), Cells.Number(times[0] / times[1], 2),
                    Cells.Milliseconds(times[2]), Cells.Milliseconds(times[3]), Cells.Number(times[2] / times[3], 2),
                ]);
            }
        }

        void Measure(ModelCase model, string weights, WeightPrecision precision, int? maxLength, Func<KernelGenPeer, int, MixedCase> lists, int[][] sources)
        {
            using KernelGenPeer greedy = KernelGenPeer.Load(model, weights, precision, selection.InstructionSet, maxLength);
            foreach (int count in selection.Batches.Where(static batch => batch > 1).Append(LongList))
            {
                MixedCase lengths = lists(greedy, count);
                Times[] times = InTurns(() => greedy.Generate(lengths.Equal), () => greedy.Generate(lengths.Mixed));
                double equal = times[0].Minimum / Tokens(greedy, lengths.Equal, lengths.MaxLength);
                double unequal = times[1].Minimum / Tokens(greedy, lengths.Mixed, lengths.MaxLength);
                mixed.Add([model.Name, precision.Name(), Cells.Number(count, 0), lengths.What, Cells.Milliseconds(equal), Cells.Milliseconds(unequal), Cells.Number(unequal / equal, 3)]);
            }

            var scored = new GenerationOptions { MaxLength = maxLength, ReturnScores = true };
            GenerationOptions beam = scored with { BeamSize = 4 };
            void Search(GenerationOptions options) => Array.ForEach(sources, source => greedy.Model.Generate(source, options));
            GenerationOptions plain = scored with { ReturnScores = false };
            Times[] searches = InTurns(() => Search(plain), () => Search(scored), () => Search(beam));
            double[] perSentence = [.. searches.Select(time => time.Minimum / sources.Length)];
            beams.Add([model.Name, precision.Name(), .. perSentence.Select(Cells.Milliseconds), Cells.Number(perSentence[2] / perSentence[0], 2)]);
        }

        Times[] InTurns(params Action[] actions)
        {
            var watch = OtherLoad.Watch();
            Times[] times = Timing.LongInTurns(actions, selection.ModelSeconds);
            loads.Add(watch.Percent());
            return times;
        }
    }

    /// <summary>Tokens that may come for every source, and those that each source token adds.</summary>
    private const int AlwaysCandidates = 100, CandidatesOfToken = 30;

    /// <summary>A list in which places are taken again several times.</summary>
    private const int LongList = 128;

    /// <summary>The source tokens, and the tokens that are generated.</summary>
    private static int Tokens(KernelGenPeer model, int[][] sources, int? maxLength)
    {
        int most = maxLength ?? model.Model.MaxTargetLength;
        return sources.Sum(static source => source.Length) + model.Generate(sources).Sum(target => Math.Min(target.Length + 1, most));
    }
}

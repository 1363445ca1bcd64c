using System.Text;
using KernelGen.Checkpoints;
using KernelGen.Fuzzing.Mutations;
using KernelGen.Fuzzing.Seeds;
using KernelGen.Training;

namespace KernelGen.Fuzzing.Targets;

/// <summary>States of training, with each optimizer and average, and a step from where they go on.</summary>
internal sealed class TrainingStateTarget : FuzzTarget
{
    private static readonly TrainingOptions[] Options =
    [
        new() { Seed = 1, TokensPerBatch = 64, Epochs = 1 },
        new() { Seed = 2, TokensPerBatch = 64, Epochs = 1, Optimizer = new AdamW(), ExponentialAverage = 0.9 },
        new() { Seed = 3, TokensPerBatch = 64, Epochs = 1, Optimizer = new Sgd { Momentum = 0.9 }, AverageLast = 2, AverageEvery = 1, OnNonFinite = NonFiniteStep.Skip },
    ];

    private static readonly TokenPair[] Pairs = [.. Enumerable.Range(0, 40).Select(static i => new TokenPair(new[] { 3 + (i % 6), 2 }, new[] { 3 + (i % 8), 4 }))];

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"kernelgen-fuzzing-{Environment.ProcessId}.state");

    public TrainingStateTarget()
    {
        Seeds =
        [
            .. Options.Select(options =>
            {
                using Trainer trainer = FuzzedBart.CreateTrainer(options with { MaxSteps = 3 });
                Train(trainer, Pairs);
                trainer.SaveState(_path);
                byte[] state = File.ReadAllBytes(_path);
                File.Delete(_path);
                return state;
            }),
        ];
    }

    public override string Name => "training-state";

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override byte[] Mutate(Random random, byte[] file) => TrainingStateMutations.Mutate(random, file);

    public override bool Run(ReadOnlySpan<byte> file, int variant)
    {
        TrainingOptions options = OptionsOf(file);
        using Trainer trainer = FuzzedBart.CreateTrainer(options with { MaxSteps = null });
        File.WriteAllBytes(_path, file);
        try
        {
            trainer.ResumeState(_path);
        }
        catch (CheckpointException exception)
        {
            return Refusal.Check(exception, $"The state of training '{_path}'");
        }
        finally
        {
            File.Delete(_path);
        }

        trainer.Evaluate(Pairs);
        if (variant % 4 == 0)
        {
            try
            {
                Train(trainer, Pairs);
            }
            catch (Exception exception) when (exception is NonFiniteException or ArgumentException)
            {
                // The numbers may be such that no step is finite, and the pairs others than those that the state is of.
                Refusal.CheckText(exception.Message);
            }
        }

        return true;
    }

    private static TrainingOptions OptionsOf(ReadOnlySpan<byte> file)
    {
        foreach (TrainingOptions options in Options)
        {
            if (file.IndexOf(Encoding.ASCII.GetBytes($"Options.Seed={options.Seed}\n")) >= 0)
            {
                return options;
            }
        }

        return Options[0];
    }

    private static void Train(Trainer trainer, TokenPair[] pairs)
    {
        foreach (TrainingReport _ in trainer.TrainAsync(pairs).ToBlockingEnumerable())
        {
        }
    }
}

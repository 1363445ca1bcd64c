using System.Diagnostics;
using System.Globalization;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Training;

namespace KernelGen.Benchmarks.Training;

/// <summary>
/// What trains in a process of its own, with KernelGen, as <c>train_torch.py</c> does with PyTorch: for each line of standard input a round of steps is run, and a line is
/// printed: target tokens, seconds, loss of the last step; at the end of the input the peak memory in MB.
/// </summary>
internal static class TrainingProgram
{
    /// <summary>The hidden command.</summary>
    public const string Command = "train-batches";

    public static void Run(string path, string caseName, int threads, int steps, InstructionSet? instructionSet)
    {
        TrainingCase training = TrainingCase.Named(caseName);
        IReadOnlyList<PairBatch> batches = TrainingBatchFile.Read(path, training.Description.StartToken);
        using var workers = new WorkerThreads(threads);
        var options = new TrainingOptions { Optimizer = new Adam { Beta2 = 0.98 } };
        InstructionSet set = InstructionSets.Choose(instructionSet);
        using var run = new TrainingRun(
            TrainingParameters.Initialize(training.Description, seed: 1), options, parameters => training.CreateEngine(parameters, workers, set), workers);
        long step = 0;
        while (Console.In.ReadLine() is not null)
        {
            long start = Stopwatch.GetTimestamp();
            int tokens = 0;
            double loss = 0;
            for (int i = 0; i < steps; i++)
            {
                PairBatch batch = batches[(int)(step++ % batches.Count)];
                var pass = new TrainingPass
                {
                    GradientScale = 1f / batch.Labels.Length,
                    LabelSmoothing = 0.1f,
                    Dropout = new Dropout((ulong)step, 0.1f, 0.1f, 0.1f),
                    Accumulates = false,
                };
                loss = run.Engine.Accumulate(batch, in pass) / batch.Labels.Length;
                run.Update(step, 1e-4, GradientNorm.ScaleOf(run.GradientNorm(), 1));
                tokens += batch.Labels.Length;
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tokens} {Stopwatch.GetElapsedTime(start).TotalSeconds} {loss}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ProcessPeak.Megabytes() ?? 0:F0}"));
    }
}

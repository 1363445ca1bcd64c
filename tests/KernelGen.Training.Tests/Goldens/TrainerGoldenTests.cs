using System.Text.Json;
using KernelGen.Execution;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Training;

namespace KernelGen.Training.Tests.Goldens;

/// <summary>Five steps of a trainer, with batches, clipping, schedule and optimizer, against PyTorch's in double precision; data/README.md says why tolerances are what they are.</summary>
public class TrainerGoldenTests
{
    public static TheoryData<string> Names => GradientGoldenTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public Task Five_steps_of_Adam_are_the_golden_ones(string name) => AssertStepsAsync(name, "after_5_steps", "after-5-steps.safetensors", weights: 2e-2, losses: 1e-2);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Five_steps_of_AdamW_are_the_golden_ones(string name) => AssertStepsAsync(name, "after_5_steps_adamw", "after-5-steps-adamw.safetensors", weights: 2e-3, losses: 1e-4);

    private static async Task AssertStepsAsync(string name, string steps, string file, double weights, double losses)
    {
        var golden = TrainingGolden.Named(name);
        ModelDescription model = golden.Model.Description;
        JsonElement expected = golden.Steps(steps);
        JsonElement hyperparameters = expected.GetProperty("hyperparameters");
        var options = new TrainingOptions
        {
            MaxSteps = 5,
            ReportEvery = 1,
            LabelSmoothing = hyperparameters.GetProperty("label_smoothing").GetDouble(),
            MaxGradientNorm = hyperparameters.GetProperty("clip").GetDouble(),
            Optimizer = GoldenHyperparameters.OptimizerOf(hyperparameters),
            LearningRate = GoldenHyperparameters.RateOf(hyperparameters.GetProperty("learning_rate"), model.ModelDimension),
        };
        using Trainer trainer = golden.Model.CreateTrainer(options);
        trainer.Load(golden.ModelPath);
        List<TrainingReport> reports = await TestTrainer.RunAsync(trainer, golden.Pairs);
        Assert.Equal(5, reports.Count);
        for (int step = 0; step < 5; step++)
        {
            double loss = expected.GetProperty("loss")[step].GetDouble();
            Assert.Equal(loss, reports[step].Loss, loss * (step == 0 ? 1e-5 : losses));
            double norm = expected.GetProperty("gradient_norm")[step].GetDouble();
            Assert.Equal(norm, reports[step].GradientNorm, norm * (step == 0 ? 1e-5 : 10 * losses));
            Assert.Equal(expected.GetProperty("learning_rates")[step].GetDouble(), reports[step].LearningRate, 1e-8);
        }

        if (options.LabelSmoothing == 0)
        {
            double loss = expected.GetProperty("loss")[5].GetDouble();
            Assert.Equal(loss, trainer.Evaluate(golden.Pairs).Loss, loss * losses);
        }

        AssertWeights(golden, TensorFile.Read(golden.ModelPath), golden.Read(file), Saved(trainer), weights);
    }

    private static void AssertWeights(TrainingGolden golden, Dictionary<string, Tensor> start, Dictionary<string, Tensor> expected, Dictionary<string, Tensor> found, double tolerance)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, Tensor tensor) in expected)
        {
            double difference = 0, change = 0;
            for (int i = 0; i < tensor.Values.Length; i++)
            {
                if (golden.HasGradient(name, i))
                {
                    difference += Math.Abs(tensor.Values[i] - found[name].Values[i]);
                    change += Math.Abs(tensor.Values[i] - start[name].Values[i]);
                }
            }

            Assert.True(difference <= tolerance * change, $"{name} differs by {difference}, having changed by {change}.");
        }
    }

    private static Dictionary<string, Tensor> Saved(Trainer trainer)
    {
        string path = Path.GetTempFileName();
        try
        {
            trainer.Save(path);
            return TensorFile.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}

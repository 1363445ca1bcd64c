using System.Text.Json;

namespace KernelGen.Training.Tests.Goldens;

/// <summary>What goldens say of their optimizers, as options of a trainer.</summary>
internal static class GoldenHyperparameters
{
    public static Optimizer OptimizerOf(JsonElement hyperparameters)
    {
        double beta1 = hyperparameters.GetProperty("beta1").GetDouble();
        double beta2 = hyperparameters.GetProperty("beta2").GetDouble();
        double epsilon = hyperparameters.GetProperty("epsilon").GetDouble();
        return hyperparameters.GetProperty("optimizer").GetString() == "adam"
            ? new Adam { Beta1 = beta1, Beta2 = beta2, Epsilon = epsilon }
            : new AdamW { Beta1 = beta1, Beta2 = beta2, Epsilon = epsilon, WeightDecay = hyperparameters.GetProperty("weight_decay").GetDouble() };
    }

    public static LearningRate RateOf(JsonElement rate, int dimension)
    {
        if (rate.TryGetProperty("constant", out JsonElement constant))
        {
            return LearningRate.Constant(constant.GetDouble());
        }

        int warmup = rate.GetProperty("warmup").GetInt32();
        return LearningRate.InverseSquareRoot(rate.GetProperty("factor").GetDouble() / Math.Sqrt((double)dimension * warmup), warmup);
    }
}

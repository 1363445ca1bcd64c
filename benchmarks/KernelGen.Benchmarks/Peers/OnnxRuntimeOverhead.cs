using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Roofline;

namespace KernelGen.Benchmarks.Peers;

/// <summary>What a run of a graph costs ONNX Runtime beyond the arithmetic and the bytes: measured on <c>small</c>, for models of which there are no graphs.</summary>
internal static class OnnxRuntimeOverhead
{
    /// <summary>The runs of a graph for a source: the encoder, and a step for each token.</summary>
    public static int Runs(int steps) => 1 + steps;

    /// <summary>Seconds a run; <see langword="null"/> where there are no graphs.</summary>
    public static double? Measure(string graphs, MachineLimits machine, double seconds)
    {
        using var prepared = new PreparedCase(RandomCase.All.Single(static random => random.Model == ModelCase.Small));
        if (prepared.PrepareGraphs(graphs, 1, WeightPrecision.Float32) is not { } folder)
        {
            return null;
        }

        using var onnxRuntime = new OnnxRuntimePeer(folder, ModelCase.Small.Description, 1, RandomCase.SourceLength, RandomCase.TargetLength);
        var costs = new ModelCosts(ModelCase.Small.Description, WeightPrecision.Float32);
        var limit = new LimitProgram(machine, costs.Generation(1, RandomCase.SourceLength, RandomCase.TargetLength), costs.DecodingBytes);
        int[][] source = prepared.Case.Sources(1);
        Times[] times = Timing.LongInTurns([() => onnxRuntime.Generate(source), limit.Run], seconds);
        return Math.Max(0, times[0].Median - times[1].Median) / Runs(RandomCase.TargetLength);
    }
}

using KernelGen.Tests.Reference;

namespace KernelGen.Training.Tests.Goldens;

public unsafe class GradientGoldenTests
{
    public static TheoryData<string> Names => [.. TrainingGolden.All.Select(static golden => golden.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_and_gradients_are_the_golden_ones(string name)
    {
        var golden = TrainingGolden.Named(name);
        (double loss, Dictionary<string, float[]> gradients) = Run(golden, golden.Model.InstructionSets.First(), threads: 1);
        Assert.Equal(golden.Loss, loss, golden.Loss * 1e-5);
        Dictionary<string, Tensor> expected = golden.Read("gradients.safetensors");
        Assert.Equal(expected.Keys.Order(), gradients.Keys.Order());
        foreach ((string tensor, Tensor values) in expected)
        {
            float largest = values.Values.Max(MathF.Abs);
            for (int i = 0; i < values.Values.Length; i++)
            {
                if (golden.HasGradient(tensor, i) && !(Math.Abs(values.Values[i] - gradients[tensor][i]) <= 1e-4 * largest))
                {
                    Assert.Fail($"{tensor}[{i}] has the gradient {gradients[tensor][i]} instead of {values.Values[i]}; the largest is {largest}.");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bits_are_the_same_on_every_instruction_set_and_with_any_number_of_threads(string name)
    {
        var golden = TrainingGolden.Named(name);
        (double loss, Dictionary<string, float[]> gradients) = Run(golden, InstructionSet.Portable, threads: 1);
        foreach (InstructionSet set in golden.Model.InstructionSets)
        {
            foreach (int threads in (int[])[1, 2, 3])
            {
                (double otherLoss, Dictionary<string, float[]> others) = Run(golden, set, threads);
                Assert.Equal(loss, otherLoss);
                foreach ((string tensor, float[] values) in gradients)
                {
                    Assert.True(values.AsSpan().SequenceEqual(others[tensor]), $"{tensor} has other gradients on {set} with {threads} threads.");
                }
            }
        }
    }

    private static (double Loss, Dictionary<string, float[]> Gradients) Run(TrainingGolden golden, InstructionSet set, int threads)
    {
        using var parameters = TrainingParameters.Load(golden.Model.Description, golden.ModelPath);
        using var workers = new WorkerThreads(threads);
        using TrainingEngine engine = golden.Model.CreateEngine(parameters, workers, set);
        var pass = new TrainingPass
        {
            GradientScale = 1f / golden.TargetTokens,
            LabelSmoothing = golden.LabelSmoothing,
            Dropout = default,
            Accumulates = false,
        };
        double loss = engine.Accumulate(golden.Batch, in pass) / golden.TargetTokens;
        parameters.GatherGradients();
        return (loss, parameters.Tensors.ToDictionary(static tensor => tensor.Name, tensor => tensor.Copy(parameters.GradientBlock)));
    }
}

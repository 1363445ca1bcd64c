using KernelGen.Execution;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;

namespace KernelGen.Training.Tests.Passes;

/// <summary>Gradients of whole models of every family, beside differences of the loss in double precision.</summary>
public unsafe class GradientTests
{
    /// <summary>Elements of each tensor that are compared.</summary>
    private const int Elements = 6;

    /// <summary>The positions of a Whisper's encoder, which are not trained.</summary>
    private const string FixedPositions = "model.encoder.embed_positions.weight";

    public static TheoryData<string> Names => TrainableModels.WholeNames;

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_are_differences_of_the_loss(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(model.Description);
        const float Smoothing = 0.1f;
        PairBatch batch = Pairs(model.Description, seed: 1);
        (double loss, Dictionary<string, float[]> gradients) = Run(model, tensors, batch, Smoothing, dropout: default, passes: 1);
        Assert.Equal(Loss(model, tensors, batch, Smoothing, null), loss, 1e-5 * loss);
        Assert.Equal(tensors.Keys.Order(), gradients.Keys.Order());
        var random = new Random(2);
        foreach ((string tensor, float[] gradient) in gradients)
        {
            if (tensor == FixedPositions && model.Description.IsSpeech)
            {
                Assert.All(gradient, static value => Assert.Equal(0, value));
                continue;
            }

            float largest = gradient.Max(MathF.Abs);
            for (int i = 0; i < Elements; i++)
            {
                // The largest element of all, and some at random.
                int element = i == 0 ? Array.FindIndex(gradient, value => MathF.Abs(value) == largest) : random.Next(gradient.Length);

                // So small that no ReLU changes sides.
                const double Step = 1e-6;
                double difference = (Loss(model, tensors, batch, Smoothing, (tensor, element, Step)) - Loss(model, tensors, batch, Smoothing, (tensor, element, -Step))) / (2 * Step);
                double tolerance = (2e-4 * largest) + 2e-6;
                Assert.True(
                    Math.Abs(difference - gradient[element]) <= tolerance,
                    $"{tensor}[{element}] has the gradient {gradient[element]} instead of {difference}; the largest is {largest}.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_of_two_batches_add_up(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(model.Description);
        PairBatch batch = Pairs(model.Description, seed: 3);
        Dictionary<string, float[]> once = Run(model, tensors, batch, 0, default, passes: 1).Gradients;
        Dictionary<string, float[]> twice = Run(model, tensors, batch, 0, default, passes: 2).Gradients;
        foreach ((string tensor, float[] gradient) in once)
        {
            float largest = gradient.Max(MathF.Abs);
            for (int i = 0; i < gradient.Length; i++)
            {
                Assert.Equal(2 * gradient[i], twice[tensor][i], (1e-5f * largest) + 1e-7f);
            }
        }
    }

    /// <summary>With the same mask in each pass, the loss is a smooth function of the weights, whose differences the gradients are: in single precision, so loosely.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_with_dropout_are_differences_of_the_loss_with_the_same_dropout(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(model.Description);
        PairBatch batch = Pairs(model.Description, seed: 4);
        var dropout = new Dropout(Key: 77, Hidden: 0.1f, Attention: 0.2f, Activation: 0.3f);
        Dictionary<string, float[]> gradients = Run(model, tensors, batch, 0, dropout, passes: 1).Gradients;
        foreach ((string tensor, float[] gradient) in gradients)
        {
            // Along the gradient the loss changes by the square of its norm.
            double norm = Math.Sqrt(gradient.Sum(static value => (double)value * value));
            if (norm < 1e-3)
            {
                continue;
            }

            double step = 0.005 / Math.Max(1, norm);
            double Along(double by)
            {
                float[] moved = [.. tensors[tensor].Values.Select((value, i) => (float)(value + (by * gradient[i] / norm)))];
                return Run(model, new Dictionary<string, Tensor>(tensors) { [tensor] = tensors[tensor] with { Values = moved } }, batch, 0, dropout, passes: 1).Loss;
            }

            double difference = (Along(step) - Along(-step)) / (2 * step);
            Assert.True(Math.Abs(difference - norm) <= (0.03 * norm) + 1e-3, $"{tensor} has a gradient of the norm {norm}; along it the loss grows by {difference}.");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bits_are_the_same_with_dropout_on_every_instruction_set_and_with_any_number_of_threads(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(model.Description);
        PairBatch batch = Pairs(model.Description, seed: 5);
        var dropout = new Dropout(Key: 5, Hidden: 0.1f, Attention: 0.1f, Activation: 0.1f);
        (double loss, Dictionary<string, float[]> gradients) = Run(model, tensors, batch, 0.1f, dropout, passes: 1, InstructionSet.Portable);
        foreach (InstructionSet set in model.InstructionSets)
        {
            foreach (int threads in (int[])[1, 2])
            {
                (double otherLoss, Dictionary<string, float[]> others) = Run(model, tensors, batch, 0.1f, dropout, passes: 1, set, threads);
                Assert.Equal(loss, otherLoss);
                foreach ((string tensor, float[] values) in gradients)
                {
                    Assert.True(values.AsSpan().SequenceEqual(others[tensor]), $"{tensor} has other gradients on {set} with {threads} threads.");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bits_are_the_same_where_threads_share_rows(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(model.Description);
        PairBatch batch = Pairs(model.Description, seed: 7, times: 45);
        var dropout = new Dropout(Key: 5, Hidden: 0.1f, Attention: 0.1f, Activation: 0.1f);
        (double loss, Dictionary<string, float[]> gradients) = Run(model, tensors, batch, 0.1f, dropout, passes: 1);
        foreach (int threads in (int[])[2, 3])
        {
            (double otherLoss, Dictionary<string, float[]> others) = Run(model, tensors, batch, 0.1f, dropout, passes: 1, threads: threads);
            Assert.Equal(loss, otherLoss);
            foreach ((string tensor, float[] values) in gradients)
            {
                Assert.True(values.AsSpan().SequenceEqual(others[tensor]), $"{tensor} has other gradients with {threads} threads.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluation_is_the_loss_without_dropout_and_counts_the_best_tokens(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(model.Description);
        PairBatch batch = Pairs(model.Description, seed: 6);
        double trained = Run(model, tensors, batch, 0.1f, default, passes: 1).Loss;
        using TrainingParameters parameters = Load(model, tensors);
        using var workers = new WorkerThreads(1);
        using TrainingEngine engine = model.CreateEngine(parameters, workers, model.InstructionSets.First());
        (double loss, int right) = engine.Evaluate(batch, 0.1f);
        Assert.Equal(trained, loss / batch.Labels.Length);
        int expected = Positions(model, tensors, batch, null).Count(static position => Array.IndexOf(position.Logits, position.Logits.Max()) == position.Label);
        Assert.Equal(expected, right);
    }

    private static TrainingParameters Load(TrainableModel model, Dictionary<string, Tensor> tensors)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.safetensors");
        try
        {
            using (FileStream file = File.Create(path))
            {
                TensorFile.Write(tensors).CopyTo(file);
            }

            return TrainingParameters.Load(model.Description, path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static (double Loss, Dictionary<string, float[]> Gradients) Run(
        TrainableModel model, Dictionary<string, Tensor> tensors, PairBatch batch, float smoothing, Dropout dropout, int passes, InstructionSet? set = null, int threads = 1)
    {
        using TrainingParameters parameters = Load(model, tensors);
        using var workers = new WorkerThreads(threads);
        using TrainingEngine engine = model.CreateEngine(parameters, workers, set ?? model.InstructionSets.First());
        double loss = 0;
        for (int i = 0; i < passes; i++)
        {
            var pass = new TrainingPass { GradientScale = 1f / batch.Labels.Length, LabelSmoothing = smoothing, Dropout = dropout, Accumulates = i > 0 };
            loss = engine.Accumulate(batch, in pass) / batch.Labels.Length;
        }

        parameters.GatherGradients();
        return (loss, parameters.Tensors.ToDictionary(static tensor => tensor.Name, tensor => tensor.Copy(parameters.GradientBlock)));
    }

    /// <summary>Three pairs of different lengths, the second of which has one token on each side; or as many several times, with other tokens.</summary>
    private static PairBatch Pairs(ModelDescription model, int seed, int times = 1)
    {
        var random = new Random(seed);
        var batch = new PairBatch();
        foreach ((int source, int target) in Enumerable.Repeat<(int, int)[]>([(5, 7), (1, 1), (19, 4)], times).SelectMany(static lengths => lengths))
        {
            int[] Tokens(int count, int vocabulary) => [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
            int targetLength = Math.Min(target, model.MaxTargetLength);
            if (model.IsSpeech)
            {
                // An even and an odd number of frames, and one.
                int frames = Math.Min(source, (2 * model.MaxSourceLength) - 1) + (source == 5 ? 1 : 0);
                float[] numbers = [.. Enumerable.Range(0, frames * model.SourceChannels).Select(_ => (float)((2 * random.NextDouble()) - 1))];
                batch.Add(numbers, (frames + 1) / 2, [.. Tokens(targetLength - 1, model.TargetVocabularySize), model.EndToken], model.StartToken);
                continue;
            }

            batch.Add(
                Tokens(Math.Min(source, model.MaxSourceLength), model.SourceVocabularySize),
                [.. Tokens(targetLength - 1, model.TargetVocabularySize), model.EndToken],
                model.StartToken);
        }

        return batch;
    }

    /// <summary>The loss in double precision, of weights of which one may be changed.</summary>
    private static double Loss(TrainableModel model, Dictionary<string, Tensor> tensors, PairBatch batch, double smoothing, (string Tensor, int Element, double By)? change)
    {
        double loss = 0;
        foreach ((double[] logits, int label) in Positions(model, tensors, batch, change))
        {
            double[] logarithms = DoubleKernels.LogSoftmax(logits);
            loss -= ((1 - smoothing) * logarithms[label]) + (smoothing / logits.Length * logarithms.Sum());
        }

        return loss / batch.Labels.Length;
    }

    private static List<(double[] Logits, int Label)> Positions(
        TrainableModel model, Dictionary<string, Tensor> tensors, PairBatch batch, (string Tensor, int Element, double By)? change)
    {
        var reference = new ReferenceModel(model.Description, tensors);
        if (change is { } changed)
        {
            reference.Change(changed.Tensor, changed.Element, changed.By);
        }

        List<(double[] Logits, int Label)> positions = [];
        int source = 0;
        int target = 0;
        for (int pair = 0; pair < batch.Pairs; pair++)
        {
            int length = batch.TargetLengths[pair];
            ReadOnlySpan<int> tokens = batch.TargetTokens.Slice(target, length);
            double[][] logits = model.Description.IsSpeech
                ? reference.Logits(batch.Frames(pair), tokens)
                : reference.Logits(batch.SourceTokens.Slice(source, batch.SourceLengths[pair]), tokens);
            for (int i = 0; i < length; i++)
            {
                positions.Add((logits[i], batch.Labels[target + i]));
            }

            source += batch.SourceLengths[pair];
            target += length;
        }

        return positions;
    }
}

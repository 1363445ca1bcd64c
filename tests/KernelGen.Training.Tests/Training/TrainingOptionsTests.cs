namespace KernelGen.Training.Tests.Training;

public class TrainingOptionsTests
{
    public static TheoryData<TrainingOptions, string> Ugly => new()
    {
        { new() { Dropout = 1 }, "Dropout is 1; it must be from 0 to below 1." },
        { new() { Dropout = -0.1 }, "Dropout is -0.1; it must be from 0 to below 1." },
        { new() { Dropout = double.NaN }, "Dropout is NaN; it must be from 0 to below 1." },
        { new() { Dropout = 0.99999999999 }, "Dropout is 0.99999999999; it must be from 0 to below 1." },
        { new() { AttentionDropout = 2 }, "AttentionDropout is 2; it must be from 0 to below 1." },
        { new() { ActivationDropout = double.PositiveInfinity }, "ActivationDropout is Infinity; it must be from 0 to below 1." },
        { new() { LabelSmoothing = 1 }, "LabelSmoothing is 1; it must be from 0 to below 1." },
        { new() { TokensPerBatch = 0 }, "TokensPerBatch is 0; it must be from 1 to 16777216." },
        { new() { TokensPerBatch = int.MaxValue }, "TokensPerBatch is 2147483647; it must be from 1 to 16777216." },
        { new() { GradientAccumulation = 0 }, "GradientAccumulation is 0; it must be at least 1." },
        { new() { Threads = 0 }, "Threads is 0; it must be from 1 to 64." },
        { new() { Threads = 65 }, "Threads is 65; it must be from 1 to 64." },
        { new() { MaxGradientNorm = 0 }, "MaxGradientNorm is 0; it must be above 0 and finite, or null for none." },
        { new() { MaxGradientNorm = double.NaN }, "MaxGradientNorm is NaN; it must be above 0 and finite, or null for none." },
        { new() { Epochs = 0 }, "Epochs is 0; it must be at least 1." },
        { new() { MaxSteps = -1 }, "MaxSteps is -1; it must be at least 1." },
        { new() { ReportEvery = 0 }, "ReportEvery is 0; it must be at least 1." },
        { new() { ValidateEvery = 0 }, "ValidateEvery is 0; it must be at least 1." },
        { new() { ExponentialAverage = 1 }, "ExponentialAverage is 1; it must be above 0 and below 1, or null for none." },
        { new() { AverageLast = -1 }, "AverageLast is -1; it must be from 0 to 64." },
        { new() { AverageEvery = 0 }, "AverageEvery is 0; it must be at least 1." },
        { new() { AverageLast = 2, ExponentialAverage = 0.9 }, "ExponentialAverage and AverageLast are both set, and only one average can be evaluated and saved." },
        { new() { ShuffleWindow = 0 }, "ShuffleWindow is 0; it must be at least 1." },
        { new() { OnNonFinite = (NonFiniteStep)7 }, "OnNonFinite is 7; it is one of Stop, Skip." },
        { new() { OnInvalidPair = (InvalidPair)(-1) }, "OnInvalidPair is -1; it is one of Refuse, LeaveOut." },
        { new() { EarlyStopping = new() { Patience = 0 } }, "Patience is 0; it must be at least 1." },
        { new() { EarlyStopping = new() { LeastGain = double.NaN } }, "LeastGain is NaN; it must be at least 0 and finite." },
        { new() { EarlyStopping = new() { IsHigherBetter = true } }, "IsHigherBetter is set without a Metric, and a loss is better the lower it is." },
        { new() { Optimizer = new Adam { Beta1 = 1 } }, "Beta1 is 1; it must be from 0 to below 1." },
        { new() { Optimizer = new AdamW { Beta2 = -1 } }, "Beta2 is -1; it must be from 0 to below 1." },
        { new() { Optimizer = new Adam { Epsilon = 0 } }, "Epsilon is 0; it must be above 0 and finite in single precision." },
        { new() { Optimizer = new Adam { Epsilon = 1e-60 } }, "Epsilon is 1E-60; it must be above 0 and finite in single precision." },
        { new() { Optimizer = new AdamW { WeightDecay = double.PositiveInfinity } }, "WeightDecay is Infinity; it must be at least 0 and finite." },
        { new() { Optimizer = new AdamW { Decayed = ["nothing"] } }, "Decayed has the pattern 'nothing', which no weights' name fits." },
        { new() { Optimizer = new Sgd { Momentum = 1 } }, "Momentum is 1; it must be from 0 to below 1." },
        { new() { Frozen = ["encodr.*"] }, "Frozen has the pattern 'encodr.*', which no weights' name fits. Names are, those of later layers left out: encoder.embedding" },
        { new() { Frozen = [null!] }, "Frozen has an empty pattern; leave it out." },
        { new() { Frozen = ["*"] }, "Frozen fits every name, so that nothing would be trained." },
    };

    [Theory]
    [MemberData(nameof(Ugly))]
    public void What_is_out_of_range_is_refused_with_what_it_may_be(TrainingOptions options, string message)
    {
        ArgumentException refusal = Assert.ThrowsAny<ArgumentException>(() => TestTrainer.Create(options));
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nulls_are_refused()
    {
        Assert.Throws<ArgumentNullException>(static () => TestTrainer.Create(new TrainingOptions { Optimizer = null! }));
        Assert.Throws<ArgumentNullException>(static () => TestTrainer.Create(new TrainingOptions { LearningRate = null! }));
    }

    [Fact]
    public void An_instruction_set_that_is_not_there_is_refused_by_the_name_of_its_option() => Assert.StartsWith(
        "TrainingOptions.InstructionSet asks for 9",
        Assert.Throws<PlatformNotSupportedException>(static () => TestTrainer.Create(new TrainingOptions { InstructionSet = (InstructionSet)9 })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void The_defaults_are_in_range()
    {
        using Trainer trainer = TestTrainer.Create(new TrainingOptions { Frozen = default, Optimizer = new AdamW { Decayed = default } });
        Assert.Equal(0, trainer.Step);
    }
}

using System.Collections.Immutable;
using KernelGen.Families;

namespace KernelGen.Training;

/// <summary>How a model is trained.</summary>
public sealed record TrainingOptions
{
    private const int MostTokensPerBatch = 1 << 24;
    private const int MostThreads = 64;
    private const int MostAveraged = 64;

    /// <summary>
    /// What all random numbers follow from (default: 0): the weights of a new model, the order of pairs, dropout. The same seed, options and pairs give the same weights, bit for bit,
    /// with any number of threads and on every instruction set.
    /// </summary>
    public long Seed { get; init; }

    /// <summary>
    /// The probability with which an element of embeddings, and of what a sublayer adds to the residual stream, becomes zero (Srivastava et al. 2014): 0 (the default) to below 1.
    /// 0.1 is usual, 0.3 where there are few pairs.
    /// </summary>
    public double Dropout { get; init; }

    /// <summary>
    /// The same of attention probabilities; <see langword="null"/> (the default) for what the family has: <see cref="Dropout"/> in Vanilla and T5, 0 in the families that
    /// descend from fairseq's (<c>attention_dropout</c>).
    /// </summary>
    public double? AttentionDropout { get; init; }

    /// <summary>The same of activations between the two linear layers of a feed-forward block; <see langword="null"/> (the default) as in <see cref="AttentionDropout"/> (<c>activation_dropout</c>).</summary>
    public double? ActivationDropout { get; init; }

    /// <summary>
    /// How much of the probability of a target token the loss wants to be given to all tokens alike (Szegedy et al. 2016), as <c>label_smoothing</c> of
    /// <c>torch.nn.functional.cross_entropy</c>: 0 (the default) to below 1; 0.1 is usual.
    /// </summary>
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// The most tokens of a batch, of sources or of targets, whichever are more (default: 4,096); of a source that is audio its encoder positions count. A pair that is longer is a batch of its own. Memory grows with it, and pairs of a
    /// batch are of like lengths: there is no padding.
    /// </summary>
    public int TokensPerBatch { get; init; } = 4096;

    /// <summary>How many batches are one step (default: 1): their gradients are added up, so that a step can have more tokens than memory has room for.</summary>
    public int GradientAccumulation { get; init; } = 1;

    /// <summary>How many threads share the work: 1 (the default) to 64. Weights have the same bits whatever it is.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How weights follow from gradients (default: <see cref="Adam"/>).</summary>
    public Optimizer Optimizer { get; init; } = new Adam();

    /// <summary>How large steps are (default: as in fairseq, 5e-4 after 4,000 steps of warm-up, then falling with the root of steps).</summary>
    public LearningRate LearningRate { get; init; } = LearningRate.InverseSquareRoot(5e-4, 4000);

    /// <summary>
    /// The largest norm of all gradients together; what is larger is scaled down (Pascanu et al. 2013; <c>torch.nn.utils.clip_grad_norm_</c>). Above 0; <see langword="null"/> (the default) for none.
    /// </summary>
    public double? MaxGradientNorm { get; init; }

    /// <summary>How often all pairs are seen; <see langword="null"/> (the default) for no limit. Without this and <see cref="MaxSteps"/> training goes on until it is stopped.</summary>
    public int? Epochs { get; init; }

    /// <summary>The number of steps, those before an interruption among them; <see langword="null"/> (the default) for no limit.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>After how many steps there is a report (default: 100). There is one at the end of each epoch, with each validation and at the end, too.</summary>
    public int ReportEvery { get; init; } = 100;

    /// <summary>After how many steps validation pairs are evaluated; <see langword="null"/> (the default) for the end of each epoch. At the end they always are.</summary>
    public long? ValidateEvery { get; init; }

    /// <summary>When training stops though it could go on; <see langword="null"/> (the default) for never. It needs validation pairs, or a metric of its own.</summary>
    public EarlyStoppingRule? EarlyStopping { get; init; }

    /// <summary>
    /// Follows the weights with an average in which those of earlier steps count less and less (Polyak and Juditsky 1992): in each step it keeps so much of itself, above 0 and below 1; 0.999 to 0.9999 are usual. Evaluations, and the model
    /// that is saved, are then of the average. <see langword="null"/> (the default) for none. It costs as much memory as the weights.
    /// </summary>
    public double? ExponentialAverage { get; init; }

    /// <summary>
    /// Of how many checkpoints the mean is taken (Vaswani et al. 2017, section 6.1), those <see cref="AverageEvery"/> steps apart: evaluations, and the model that is saved, are then of the
    /// mean of the last so many. 0 (the default) for none; at most 64. Each costs as much memory as the weights.
    /// </summary>
    public int AverageLast { get; init; }

    /// <summary>The steps from one checkpoint of <see cref="AverageLast"/> to the next (default: 1,000).</summary>
    public long AverageEvery { get; init; } = 1000;

    /// <summary>
    /// Patterns of the names of weights that are not trained, such as <c>encoder.*</c> or <c>*.embedding</c>: <c>*</c> stands for any characters, <c>?</c> for one. Names are those of the recipe,
    /// <c>encoder.embedding</c>, <c>decoder.0.cross_attention.query.weight</c>; one that fits nothing is refused with a list of them. Weights that are tied are frozen where any of their names fits.
    /// </summary>
    public ImmutableArray<string> Frozen { get; init; } = [];

    /// <summary>
    /// How many pairs are held in memory, shuffled, and made batches of pairs of like lengths (default: 262,144). Where there are no more, that is all of them; otherwise the next so many follow.
    /// </summary>
    public int ShuffleWindow { get; init; } = 1 << 18;

    /// <summary>What is done where a loss or a gradient is NaN or infinite (default: <see cref="NonFiniteStep.Stop"/>). Weights are left as they were in any case.</summary>
    public NonFiniteStep OnNonFinite { get; init; }

    /// <summary>What is done with a pair that the model cannot be trained with: one that is empty or too long, or has a token out of range (default: <see cref="InvalidPair.Refuse"/>).</summary>
    public InvalidPair OnInvalidPair { get; init; }

    /// <inheritdoc cref="ModelLoadOptions.InstructionSet"/>
    public InstructionSet? InstructionSet { get; init; }

    /// <summary>Refuses values that are out of range.</summary>
    /// <exception cref="ArgumentException">One is; the message names the option and what it may be.</exception>
    internal void Check()
    {
        Probability(nameof(Dropout), Dropout);
        Probability(nameof(AttentionDropout), AttentionDropout ?? 0);
        Probability(nameof(ActivationDropout), ActivationDropout ?? 0);
        Probability(nameof(LabelSmoothing), LabelSmoothing);
        From(nameof(TokensPerBatch), TokensPerBatch, 1, MostTokensPerBatch);
        From(nameof(GradientAccumulation), GradientAccumulation, 1, int.MaxValue);
        From(nameof(Threads), Threads, 1, MostThreads);
        ArgumentNullException.ThrowIfNull(Optimizer);
        ArgumentNullException.ThrowIfNull(LearningRate);
        Optimizer.Check();
        if (MaxGradientNorm is { } norm && !(norm > 0 && double.IsFinite(norm)))
        {
            throw new ArgumentOutOfRangeException(nameof(MaxGradientNorm), norm, $"{nameof(MaxGradientNorm)} is {OptionText.Of(norm)}; it must be above 0 and finite, or null for none.");
        }

        From(nameof(Epochs), Epochs ?? 1, 1, int.MaxValue);
        From(nameof(MaxSteps), MaxSteps ?? 1, 1, long.MaxValue);
        From(nameof(ReportEvery), ReportEvery, 1, int.MaxValue);
        From(nameof(ValidateEvery), ValidateEvery ?? 1, 1, long.MaxValue);
        EarlyStopping?.Check();
        if (ExponentialAverage is { } decay && !(decay > 0 && decay < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(ExponentialAverage), decay, $"{nameof(ExponentialAverage)} is {OptionText.Of(decay)}; it must be above 0 and below 1, or null for none.");
        }

        From(nameof(AverageLast), AverageLast, 0, MostAveraged);
        From(nameof(AverageEvery), AverageEvery, 1, long.MaxValue);
        if (ExponentialAverage is not null && AverageLast > 0)
        {
            throw new ArgumentException($"{nameof(ExponentialAverage)} and {nameof(AverageLast)} are both set, and only one average can be evaluated and saved. Leave one out.", nameof(AverageLast));
        }

        From(nameof(ShuffleWindow), ShuffleWindow, 1, int.MaxValue);
        Defined(nameof(OnNonFinite), OnNonFinite);
        Defined(nameof(OnInvalidPair), OnInvalidPair);
    }

    /// <summary>Refuses patterns that fit no name, and those that leave nothing to train.</summary>
    /// <param name="ranges">What there is to train.</param>
    /// <exception cref="ArgumentException">One does.</exception>
    internal void CheckNames(IReadOnlyList<ParameterRange> ranges)
    {
        NamePatterns.Check(nameof(Frozen), Frozen, ranges);
        if (Optimizer is AdamW { Decayed: var decayed })
        {
            NamePatterns.Check(nameof(AdamW.Decayed), decayed, ranges);
        }

        bool isAnyTrained = Frozen.IsDefaultOrEmpty;
        foreach (ParameterRange range in ranges)
        {
            isAnyTrained = isAnyTrained || !NamePatterns.Match(Frozen, range.Names);
        }

        if (!isAnyTrained)
        {
            throw new ArgumentException($"{nameof(Frozen)} fits every name, so that nothing would be trained.", nameof(Frozen));
        }
    }

    /// <summary>The dropout of a family, without the key of a step.</summary>
    internal Dropout DropoutOf(Architecture architecture)
    {
        double elsewhere = Family.Of(architecture).DropsEverywhere ? Dropout : 0;
        return new Dropout(Key: 0, (float)Dropout, (float)(AttentionDropout ?? elsewhere), (float)(ActivationDropout ?? elsewhere));
    }

    /// <summary>What validation is judged by, as a word for a state.</summary>
    internal string JudgedBy => EarlyStopping switch
    {
        { Metric: not null, IsHigherBetter: true } => "HigherMetric",
        { Metric: not null } => "LowerMetric",
        _ => "Loss",
    };

    /// <summary>What decides the bits of weights, by name: a run that is resumed has to have the same.</summary>
    internal IEnumerable<(string Name, string Value)> DecidingFields() =>
    [
        (nameof(Seed), OptionText.Of(Seed)),
        (nameof(Dropout), OptionText.Of(Dropout)),
        (nameof(AttentionDropout), OptionText.Of(AttentionDropout)),
        (nameof(ActivationDropout), OptionText.Of(ActivationDropout)),
        (nameof(LabelSmoothing), OptionText.Of(LabelSmoothing)),
        (nameof(TokensPerBatch), OptionText.Of(TokensPerBatch)),
        (nameof(GradientAccumulation), OptionText.Of(GradientAccumulation)),
        .. Optimizer.Fields,
        .. LearningRate.Fields,
        (nameof(MaxGradientNorm), OptionText.Of(MaxGradientNorm)),
        (nameof(ExponentialAverage), OptionText.Of(ExponentialAverage)),
        (nameof(AverageLast), OptionText.Of(AverageLast)),
        (nameof(AverageEvery), OptionText.Of(AverageLast == 0 ? 0 : AverageEvery)),
        (nameof(Frozen), OptionText.Of(Frozen)),
        (nameof(ShuffleWindow), OptionText.Of(ShuffleWindow)),
    ];

    private static void Probability(string name, double value)
    {
        if (!(value >= 0 && (float)value < 1))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {OptionText.Of(value)}; it must be from 0 to below 1.");
        }
    }

    private static void From(string name, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            string range = most is int.MaxValue or long.MaxValue ? $"at least {least}" : $"from {least} to {most}";
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be {range}.");
        }
    }

    private static void Defined<T>(string name, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it is one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }
}

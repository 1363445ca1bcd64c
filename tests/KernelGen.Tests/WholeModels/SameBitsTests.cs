using System.Collections.Concurrent;
using KernelGen.Decoding;
using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>
/// The same bits whatever a call shares its work with: {AVX-512, AVX2, portable} × {alone, in a batch of 64 sequences of random lengths} × {1, 2 threads} ×
/// {target tokens together, one by one, in pieces}, for every declared model in every precision. Each cell is compared with one: portable, in a batch,
/// one thread, together.
/// </summary>
public sealed class SameBitsTests
{
    private const int BatchSize = 64;

    /// <summary>In the cells where sequences are alone, one of so many is run.</summary>
    private const int AloneStep = 13;

    /// <summary>More target tokens than there are: all in one step.</summary>
    private const int Together = int.MaxValue;

    private static readonly int[] Threads = [1, 2];

    private static readonly ConcurrentDictionary<(string, WeightPrecision), Lazy<Answers>> Expected = [];

    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Checkpoints = [];

    private static readonly GenerationOptions[] Ways =
    [
        new() { MaxLength = 6, ReturnScores = true, ReturnCrossAttention = true },
        new() { MaxLength = 6 },
        new() { MaxLength = 5, RepetitionPenalty = 1.4, NoRepeatNGramSize = 2, MinLength = 2, ForceEndToken = true, ReturnTokenLogProbabilities = true },
        new() { BeamSize = 3, HypothesisCount = 3, MaxLength = 5, RepetitionPenalty = 1.4, SuppressedSequences = [[0, 0]], ReturnTokenLogProbabilities = true },
        new()
        {
            MaxLength = 5,
            RepetitionPenalty = 1.3,
            Sampling = new SamplingOptions { Seed = 3, TopP = 0.9 },
            HypothesisCount = 2,
            ReturnTokenLogProbabilities = true,
            ReturnCrossAttention = true,
        },
        new() { MaxLength = 4, BeamSize = 4, HypothesisCount = 3, ReturnCrossAttention = true },
        new()
        {
            Definition = SearchDefinition.HuggingFace,
            MaxLength = 5,
            BeamSize = 4,
            HypothesisCount = 4,
            BeamGroups = 2,
            DiversityPenalty = 0.7,
            EarlyStopping = EarlyStopping.Never,
            RepetitionPenalty = 1.2,
            RenormalizeLogits = true,
            ExponentialLengthPenalty = new(1, 1.1),
            ReturnTokenLogProbabilities = true,
        },
    ];

    public static TheoryData<string, WeightPrecision, InstructionSet> Cases => DeclaredModels.WithPrecisionsAndInstructionSets;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Encoder_output_and_logits_are_the_same(string name, WeightPrecision precision, InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        Answers expected = Expect(name, precision);
        var inputs = new Inputs(DeclaredModels.Named(name).Description);
        using var run = new Run(name, precision, instructionSet, inputs);
        foreach (int threads in Threads)
        {
            foreach (int piece in new[] { Together, 1, 5 })
            {
                string what = $"{name}, {precision}, {instructionSet}, {threads} threads, {(piece == Together ? "target tokens together" : $"{piece} target tokens a step")}";
                for (int i = 0; i < BatchSize; i += AloneStep)
                {
                    (float[] memory, float[][] logits) = run.Decode([i], threads, piece);
                    BitAssert.Equal(expected.Memory[i], memory, $"{what}: encoder output of source {i} alone");
                    BitAssert.Equal(expected.Logits[i], logits[0], $"{what}: logits of sequence {i} alone");
                }

                float[][] batch = run.Decode([.. Enumerable.Range(0, BatchSize)], threads, piece).Logits;
                for (int i = 0; i < BatchSize; i++)
                {
                    BitAssert.Equal(expected.Logits[i], batch[i], $"{what}: logits of sequence {i} in a batch");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tokens_scores_and_cross_attention_are_the_same(string name, WeightPrecision precision, InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        Answers expected = Expect(name, precision);
        DeclaredModel declared = DeclaredModels.Named(name);
        int[][] sources = new Inputs(declared.Description).Sources;
        using EncoderDecoder model = declared.Load(Weights(declared), instructionSet, precision);
        for (int i = 0; i < BatchSize; i += AloneStep)
        {
            AssertScoredTogether(model, declared.Description, sources[i], $"{name}, {precision}, {instructionSet}, source {i}");
        }

        for (int way = 0; way < Ways.Length; way++)
        {
            foreach (int threads in Threads)
            {
                GenerationOptions options = Ways[way] with { Threads = threads };
                string what = $"{name}, {precision}, {instructionSet}, {options}";
                for (int i = 0; i < BatchSize; i += AloneStep)
                {
                    ResultAssert.Same(expected.Results[way][i], model.Generate(sources[i], options), $"{what}: source {i} alone");
                }

                GenerationResult[] batch = model.Generate(sources, options);
                for (int i = 0; i < BatchSize; i++)
                {
                    ResultAssert.Same(expected.Results[way][i], batch[i], $"{what}: source {i} in a batch");
                }
            }
        }
    }

    /// <summary>Checks that what was generated step by step has the tokens and the score that teacher forcing gives them together.</summary>
    private static void AssertScoredTogether(EncoderDecoder model, ModelDescription description, int[] source, string what)
    {
        Hypothesis hypothesis = model.Generate(source, Ways[0]).Hypotheses[0];
        int[] target = [.. hypothesis.Tokens, .. hypothesis.FinishReason == FinishReason.EndToken ? [description.EndToken] : Array.Empty<int>()];
        float[] logits = model.Logits(source, [description.StartToken, .. target[..^1]]);
        float sum = 0;
        for (int position = 0; position < target.Length; position++)
        {
            Span<float> row = logits.AsSpan(position * description.TargetVocabularySize, description.TargetVocabularySize);
            foreach (int suppressed in description.SuppressedTokens)
            {
                row[suppressed] = float.NegativeInfinity;
            }

            Assert.Equal(ReferenceKernels.ArgMax(row), target[position]);
            (float maximum, float exponentials) = ReferenceKernels.SumOfExponentials(row);
            sum += LogSoftmax.Of(row[target[position]], maximum, exponentials);
        }

        BitAssert.Equal([sum / target.Length], [hypothesis.Score!.Value], $"{what}: score of the target together");
    }

    /// <summary>A model's random weights, made once.</summary>
    private static MemoryStream Weights(DeclaredModel declared) =>
        new(Checkpoints.GetOrAdd(
            declared.Description.Name, _ => new Lazy<byte[]>(() => TensorFile.Write(RandomCheckpoint.Create(declared.Description)).ToArray())).Value);

    private static Answers Expect(string name, WeightPrecision precision) =>
        Expected.GetOrAdd((name, precision), static key => new Lazy<Answers>(() => new Answers(key.Item1, key.Item2))).Value;

    /// <summary>Sources and targets of random lengths; the first are as long as the model allows.</summary>
    private sealed class Inputs
    {
        public Inputs(ModelDescription model)
        {
            var samples = new Samples(11);
            int[] lengths = samples.Tokens(2 * BatchSize, 20);
            Sources = [.. Enumerable.Range(0, BatchSize).Select(i =>
                samples.Tokens(i == 0 ? model.MaxSourceLength : 1 + Math.Min(lengths[i], model.MaxSourceLength - 1), model.SourceVocabularySize))];
            Targets = [.. Enumerable.Range(0, BatchSize).Select(i =>
                samples.Tokens(i == 0 ? model.MaxTargetLength : 1 + Math.Min(lengths[BatchSize + i] / 3, model.MaxTargetLength - 1), model.TargetVocabularySize))];
        }

        public int[][] Sources { get; }

        public int[][] Targets { get; }
    }

    /// <summary>What every cell is compared with.</summary>
    private sealed class Answers
    {
        public Answers(string name, WeightPrecision precision)
        {
            DeclaredModel declared = DeclaredModels.Named(name);
            var inputs = new Inputs(declared.Description);
            using (var run = new Run(name, precision, InstructionSet.Portable, inputs))
            {
                Logits = run.Decode([.. Enumerable.Range(0, BatchSize)], threads: 1, Together).Logits;
                Memory = Enumerable.Range(0, BatchSize).Where(static i => i % AloneStep == 0).ToDictionary(static i => i, i => run.Decode([i], threads: 1, Together).Memory);
            }

            using EncoderDecoder model = declared.Load(Weights(declared), InstructionSet.Portable, precision);
            Results = [.. Ways.Select(options => model.Generate(inputs.Sources, options))];
        }

        /// <summary>The encoder output of sources that are run alone.</summary>
        public IReadOnlyDictionary<int, float[]> Memory { get; }

        public float[][] Logits { get; }

        public GenerationResult[][] Results { get; }
    }

    /// <summary>A model with random weights, and the engine behind the public class, so that targets can be decoded in steps of any size.</summary>
    private sealed unsafe class Run(string name, WeightPrecision precision, InstructionSet instructionSet, Inputs inputs) : IDisposable
    {
        private readonly Engine _engine = DeclaredModels.Named(name).LoadEngine(
            Weights(DeclaredModels.Named(name)), instructionSet, precision);

        public void Dispose() => _engine.Dispose();

        /// <summary>Decodes the targets of some sequences together, each until its target is used up.</summary>
        /// <param name="sequences">The sequences that are run together.</param>
        /// <param name="threads">How many threads share the work.</param>
        /// <param name="piece">How many tokens of each sequence a step takes.</param>
        /// <returns>The encoder output where there is one sequence, and the logits of each.</returns>
        public (float[] Memory, float[][] Logits) Decode(int[] sequences, int threads, int piece)
        {
            int[][] targets = [.. sequences.Select(sequence => inputs.Targets[sequence])];
            int longest = targets.Max(static target => target.Length);
            var logits = new List<float>[sequences.Length];
            Workspace workspace = _engine.Rent();
            try
            {
                workspace.Sharing.Threads = threads;
                workspace.Reserve(
                    [.. sequences.Select(sequence => inputs.Sources[sequence].Length)], longest, targets.Sum(target => Math.Min(target.Length, piece)));
                _engine.Encode(workspace, sequences.SelectMany(sequence => inputs.Sources[sequence]).ToArray(), [.. Enumerable.Range(0, sequences.Length)]);
                float[] memory = sequences.Length > 1
                    ? []
                    : [.. Enumerable.Range(0, inputs.Sources[sequences[0]].Length).SelectMany(row => _engine.Hidden(workspace, row).ToArray())];
                for (long first = 0; first < longest; first += piece)
                {
                    int[][] step = [.. targets.Select(target => target.Skip((int)first).Take(piece).ToArray())];
                    int[] live = [.. Enumerable.Range(0, sequences.Length).Where(i => step[i].Length > 0)];
                    _engine.Decode(workspace, step.SelectMany(static tokens => tokens).ToArray(), live, [.. live.Select(i => step[i].Length)]);
                    int[] owners = [.. live.SelectMany(i => Enumerable.Repeat(i, step[i].Length))];
                    for (int row = 0; row < owners.Length; row++)
                    {
                        int block = row % Workspace.LogitsRows;
                        if (block == 0)
                        {
                            _engine.Project(workspace, row, Math.Min(Workspace.LogitsRows, owners.Length - row));
                        }

                        (logits[owners[row]] ??= []).AddRange(_engine.Logits(workspace, block));
                    }
                }

                return (memory, [.. logits.Select(static rows => rows.ToArray())]);
            }
            finally
            {
                _engine.Return(workspace);
            }
        }
    }
}

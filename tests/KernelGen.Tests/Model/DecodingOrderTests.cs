using KernelGen.Execution;
using KernelGen.Tests.Models;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Model;

/// <summary>How the work is cut up does not show in the bits: target tokens one by one, in pieces or together; sequences alone or in a batch.</summary>
public sealed unsafe class DecodingOrderTests
{
    public static TheoryData<string, InstructionSet> Cases => DeclaredModels.WithInstructionSets;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decoding_token_by_token_gives_the_bits_of_prefill(string name, InstructionSet instructionSet)
    {
        using var run = new Run(name, instructionSet);
        for (int i = 0; i < run.Sources.Length; i++)
        {
            float[] prefill = run.Decode([i], targets => [[targets[0]]])[0];
            float[] steps = run.Decode([i], targets => [.. Enumerable.Range(0, targets[0]).Select(_ => new[] { 1 })])[0];
            BitAssert.Equal(prefill, steps, $"{name}, {instructionSet}: {prefill.Length / run.Model.TargetVocabularySize} target tokens one by one");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decoding_in_pieces_gives_the_bits_of_prefill(string name, InstructionSet instructionSet)
    {
        using var run = new Run(name, instructionSet);
        int longest = run.Targets.Length - 1;
        float[] prefill = run.Decode([longest], targets => [[targets[0]]])[0];
        foreach (int piece in new[] { 2, 3, 5, 16 })
        {
            float[] pieces = run.Decode([longest], targets => Pieces(targets[0], piece))[0];
            BitAssert.Equal(prefill, pieces, $"{name}, {instructionSet}: target in pieces of {piece}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_sequence_in_a_batch_has_the_bits_that_it_has_alone(string name, InstructionSet instructionSet)
    {
        using var run = new Run(name, instructionSet);
        int[] all = [.. Enumerable.Range(0, run.Sources.Length)];
        foreach (int piece in new[] { 1, 4 })
        {
            // All sequences together, each until its target is used up.
            float[][] batch = run.Decode(all, targets => [.. Enumerable
                .Range(0, (targets.Max() + piece - 1) / piece)
                .Select(step => targets.Select(length => Math.Clamp(length - (step * piece), 0, piece)).ToArray())]);
            for (int i = 0; i < all.Length; i++)
            {
                float[] alone = run.Decode([i], targets => [[targets[0]]])[0];
                BitAssert.Equal(alone, batch[i], $"{name}, {instructionSet}: sequence {i} of {all.Length}, {piece} tokens a step");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sources_encoded_together_have_the_bits_that_they_have_alone(string name, InstructionSet instructionSet)
    {
        using var run = new Run(name, instructionSet);
        float[][] together = run.Encode([.. Enumerable.Range(0, run.Sources.Length)]);
        for (int i = 0; i < run.Sources.Length; i++)
        {
            BitAssert.Equal(run.Encode([i])[0], together[i], $"{name}, {instructionSet}: source {i}");
        }
    }

    private static int[][] Pieces(int length, int piece) =>
        [.. Enumerable.Range(0, (length + piece - 1) / piece).Select(step => new[] { Math.Min(piece, length - (step * piece)) })];

    /// <summary>A model with random weights, some sources and targets, and the engine behind the public class.</summary>
    private sealed class Run : IDisposable
    {
        private static readonly int[] Lengths = [1, 5, 16, 20, 33];

        private readonly Engine _engine;

        public Run(string name, InstructionSet instructionSet)
        {
            Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
            DeclaredModel declared = DeclaredModels.Named(name);
            Model = declared.Description;
            _engine = declared.LoadEngine(TensorFile.Write(RandomCheckpoint.Create(Model)), instructionSet);
            var samples = new Samples(11);
            Sources = [.. Lengths.Reverse().Select(length => samples.Tokens(Math.Min(length, Model.MaxSourceLength), Model.SourceVocabularySize))];
            Targets = [.. Lengths.Select(length => samples.Tokens(Math.Min(length, Model.MaxTargetLength), Model.TargetVocabularySize))];
        }

        public ModelDescription Model { get; }

        public int[][] Sources { get; }

        public int[][] Targets { get; }

        public void Dispose() => _engine.Dispose();

        /// <summary>Encodes some of the sources together; the output of each.</summary>
        public float[][] Encode(int[] sequences)
        {
            Workspace workspace = _engine.Rent();
            try
            {
                Encode(workspace, sequences, 1, 1);
                int row = 0;
                return [.. sequences.Select(sequence => Sources[sequence].SelectMany(_ => _engine.Hidden(workspace, row++).ToArray()).ToArray())];
            }
            finally
            {
                _engine.Return(workspace);
            }
        }

        /// <summary>Decodes the targets of some sequences in steps of given sizes; the logits of each.</summary>
        /// <param name="sequences">The sequences that are run together.</param>
        /// <param name="plan">From the targets' lengths: how many tokens of each sequence each step takes.</param>
        public float[][] Decode(int[] sequences, Func<int[], int[][]> plan)
        {
            int[] lengths = [.. sequences.Select(sequence => Targets[sequence].Length)];
            int[][] steps = plan(lengths);
            var logits = new List<float>[sequences.Length];
            int[] taken = new int[sequences.Length];
            Workspace workspace = _engine.Rent();
            try
            {
                Encode(workspace, sequences, lengths.Max(), steps.Max(static counts => counts.Sum()));
                foreach (int[] step in steps)
                {
                    int[] live = [.. Enumerable.Range(0, sequences.Length).Where(i => step[i] > 0)];
                    int[] counts = [.. live.Select(i => step[i])];
                    int[] tokens = [.. live.SelectMany(i => Targets[sequences[i]].Skip(taken[i]).Take(step[i]))];
                    _engine.Decode(workspace, tokens, live, counts);
                    int row = 0;
                    foreach (int i in live)
                    {
                        for (int token = 0; token < step[i]; token++, row++)
                        {
                            _engine.Project(workspace, row, 1);
                            (logits[i] ??= []).AddRange(_engine.Logits(workspace, 0));
                        }

                        taken[i] += step[i];
                    }
                }
            }
            finally
            {
                _engine.Return(workspace);
            }

            Assert.Equal(lengths, taken);
            return [.. logits.Select(static rows => rows.ToArray())];
        }

        private void Encode(Workspace workspace, int[] sequences, int targetLength, int targetRows)
        {
            workspace.Reserve([.. sequences.Select(sequence => Sources[sequence].Length)], targetLength, targetRows);
            _engine.Encode(workspace, sequences.SelectMany(sequence => Sources[sequence]).ToArray(), sequences.Length);
        }
    }
}

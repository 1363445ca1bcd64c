using KernelGen.Packing;

namespace KernelGen.Execution;

/// <summary>Puts a model's kernels together: its stacks, its attention, its output.</summary>
/// <typeparam name="TKernels">The generated kernels; being a struct, each gets code of its own, in which every call is direct.</typeparam>
/// <typeparam name="TPrecision">How the weights are stored.</typeparam>
internal sealed unsafe class KernelEngine<TKernels, TPrecision> : Engine
    where TKernels : struct, IModelKernels
    where TPrecision : struct, IWeightPrecision
{
    private readonly AttentionRunner<TKernels> _attention;
    private readonly StackRunner<TKernels, TPrecision> _stacks;
    private readonly OutputLayer<TKernels, TPrecision> _output;
    private readonly Func<PackedModel, InstructionSet, Engine> _createInt8;

    /// <summary>Runs a model with these kernels.</summary>
    /// <param name="model">The packed weights.</param>
    /// <param name="instructionSet">What the engine is said to run with.</param>
    /// <param name="createInt8">Makes an engine with the same kernels for 8-bit weights.</param>
    public KernelEngine(PackedModel model, InstructionSet instructionSet, Func<PackedModel, InstructionSet, Engine> createInt8)
        : base(model)
    {
        InstructionSet = instructionSet;
        _createInt8 = createInt8;
        _attention = new AttentionRunner<TKernels>(model.Description);
        _stacks = new StackRunner<TKernels, TPrecision>(this, model, _attention);
        _output = new OutputLayer<TKernels, TPrecision>(this, model);
    }

    internal override InstructionSet InstructionSet { get; }

    internal override Engine CreateDraft() => _createInt8(DraftPacking.Pack(Model), InstructionSet);

    private protected override void EncodeBlock(Workspace workspace, ReadOnlySpan<int> tokens, ReadOnlySpan<int> sequences, Span<float> selfAttention) =>
        _stacks.Encode(workspace, tokens, sequences, selfAttention);

    internal override void EncodeFrames(Workspace workspace, ReadOnlySpan<float> frames) => _stacks.EncodeFrames(workspace, frames);

    internal override void Decode(
        Workspace workspace,
        ReadOnlySpan<int> tokens,
        ReadOnlySpan<int> live,
        ReadOnlySpan<int> counts,
        Span<float> selfAttention = default,
        Span<float> crossAttention = default) => _stacks.Decode(workspace, tokens, live, counts, selfAttention, crossAttention);

    internal override void DecodeHypotheses(Workspace workspace, ReadOnlySpan<int> tokens, ReadOnlySpan<int> sources, ReadOnlySpan<int> counts, TokenPlaces places) =>
        _stacks.DecodeHypotheses(workspace, tokens, sources, counts, places);

    internal override Embedding EmbedSource(Workspace workspace, ReadOnlySpan<int> source) => Embed(workspace, source, Model.Encoder);

    internal override Embedding EmbedTarget(Workspace workspace, ReadOnlySpan<int> target) => Embed(workspace, target, Model.Decoder);

    internal override void Attend(Workspace workspace, in AttentionTask task, int part) => _attention.Attend(workspace, in task, part);

    internal override void AppendKeysAndValues(Workspace workspace, in AttentionTask task) => _attention.Append(workspace, in task);

    internal override void AttendRows(Workspace workspace, in AttentionTask task, int firstRow, int endRow, int part) =>
        _attention.AttendRows(workspace, in task, firstRow, endRow, part);

    internal override void AttendHeads(Workspace workspace, in AttentionTask task, int firstHead, int endHead, int part) =>
        _attention.AttendHeads(workspace, in task, firstHead, endHead, part);

    internal override void Project(Workspace workspace, int firstRow, int rows) => _output.Project(workspace, firstRow, rows);

    internal override void GatherCandidates(OutputCandidates candidates, int source) => _output.GatherCandidates(candidates, source);

    internal override void ProjectCandidates(Workspace workspace, OutputCandidates candidates, int source, int firstRow, int rows) =>
        _output.ProjectCandidates(workspace, candidates, source, firstRow, rows);

    internal override void BestTokens(Workspace workspace, int rows, Span<int> tokens, IForbiddenTokens? forbidden = null) =>
        _output.BestTokens(workspace, rows, tokens, forbidden);

    internal override void BestTokens(Workspace workspace, int rows, int drafted, Span<int> tokens) => _output.BestTokens(workspace, rows, drafted, tokens);

    internal override void DraftTokens(Workspace workspace, int rows, int firstRow, Span<int> tokens) => _output.DraftTokens(workspace, rows, firstRow, tokens);

    internal override int ArgMax(Workspace workspace, int row) => _output.ArgMax(workspace, row);

    internal override (float Maximum, float Sum) SumOfExponentials(Workspace workspace, int row)
    {
        float maximum;
        float sum = TKernels.SumOfExponentials(workspace.Logits + ((long)row * Description.LogitsStride), &maximum);
        return (maximum, sum);
    }

    internal override void Softmax(float* scores, float scale) => TKernels.Softmax(scores, 1, Description.LogitsStride, Description.LogitsStride, scale);

    private Embedding Embed(Workspace workspace, ReadOnlySpan<int> tokens, PackedStack stack)
    {
        var result = new Embedding(tokens.Length, Description.ModelDimension);

        // Tokens alone are at a position of zeros.
        float* nowhere = workspace.Alternate;
        new Span<float>(nowhere, Description.ModelStride).Clear();
        for (int i = 0; i < tokens.Length; i++)
        {
            TKernels.Embed(tokens[i], stack.Embedding, nowhere, workspace.Hidden);
            Hidden(workspace, row: 0).CopyTo(result.TokenRow(i));
            float* position = _stacks.Position(stack, i);
            if (position != null)
            {
                new ReadOnlySpan<float>(position, Description.ModelDimension).CopyTo(result.PositionRow(i));
            }
        }

        _stacks.Embed(workspace, 0, tokens, stack, firstPosition: 0);
        StackRunner<TKernels, TPrecision>.NormInPlace(workspace, tokens.Length, stack.EmbeddingNorm);
        for (int i = 0; i < tokens.Length; i++)
        {
            Hidden(workspace, i).CopyTo(result.InputRow(i));
        }

        return result;
    }
}

using System.ComponentModel;
using System.Runtime.InteropServices;
using KernelGen.Execution;

namespace KernelGen.Packing;

/// <summary>
/// The weights of a model in the layout that its kernels read, in one block of memory. Where each of them is, is decided here and nowhere else, by one walk
/// over the description: <see cref="WeightPacking"/> fills such a block from a checkpoint, <see cref="PackedFile"/> writes it to a file and finds it there again.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class PackedModel
{
    /// <summary>Every part begins at a multiple of so many bytes: the widest vector, and a cache line.</summary>
    internal const int Alignment = 64;

    /// <summary>
    /// The version of the layout: of the order of the walk, and of what is within a part. A file of another version is refused, so whoever changes
    /// either takes the next number.
    /// </summary>
    internal const int LayoutVersion = 2;

    private readonly byte* _start;
    private byte* _next;

    /// <summary>Walks over the memory of the weights.</summary>
    /// <param name="description">The declared model.</param>
    /// <param name="facts">What else decides the layout.</param>
    /// <param name="memory">The memory; from now on this model's to free.</param>
    /// <param name="start">Where in the memory the weights begin; aligned to <see cref="Alignment"/>, with room for <see cref="LengthOf"/> bytes.</param>
    internal PackedModel(ModelDescription description, LayoutFacts facts, SafeHandle memory, byte* start)
    {
        Description = description;
        Facts = facts;
        Memory = memory;
        _start = _next = start;

        SourceEmbedding = TakePanels(description.SourceVocabularySize, description.ModelDimension);
        TargetEmbedding = facts.SharesEmbedding ? SourceEmbedding : TakePanels(description.TargetVocabularySize, description.ModelDimension);
        Output = facts.SharesOutput && facts.Precision == WeightPrecision.Float32
            ? new LinearWeights(Take(description.LogitsStride), null, (byte*)TargetEmbedding)
            : TakeLinear(description.TargetVocabularySize, description.ModelDimension);
        if (facts.HasScreen)
        {
            Screen = new OutputScreen(
                TakeScreen(Output.Bias, description.TargetVocabularySize, description.ModelDimension),
                Take(description.LogitsStride),
                facts.Precision == WeightPrecision.Int8 ? null : Take(description.LogitsStride),
                (OutputScreenLimits*)Take(sizeof(OutputScreenLimits) / sizeof(float)));
        }

        switch (description.PositionalEncoding)
        {
            case PositionalEncoding.None:
                break;

            case PositionalEncoding.Learned:
                SourcePositions = TakePositions(description.MaxSourceLength);
                TargetPositions = TakePositions(description.MaxTargetLength);
                break;

            default:
                SourcePositions = TargetPositions = TakePositions(Math.Max(description.MaxSourceLength, description.MaxTargetLength));
                break;
        }

        SourceEmbeddingNorm = description.EmbeddingNorm ? TakeNorm() : null;
        TargetEmbeddingNorm = description.EmbeddingNorm ? TakeNorm() : null;
        EncoderLayers = new EncoderLayerWeights[description.EncoderLayers];
        for (int i = 0; i < EncoderLayers.Length; i++)
        {
            EncoderLayers[i] = TakeEncoderLayer();
        }

        EncoderFinalNorm = description.FinalNorm ? TakeNorm() : null;
        DecoderLayers = new DecoderLayerWeights[description.DecoderLayers];
        for (int i = 0; i < DecoderLayers.Length; i++)
        {
            DecoderLayers[i] = new DecoderLayerWeights
            {
                Self = TakeEncoderLayer(),
                CrossQuery = TakeLinear(description.AttentionWidth, description.ModelDimension),
                CrossKeyValue = TakeLinear(2 * description.AttentionWidth, description.ModelDimension),
                CrossOutput = TakeLinear(description.ModelDimension, description.AttentionWidth),
                CrossNorm = TakeNorm(),
            };
        }

        DecoderFinalNorm = description.FinalNorm ? TakeNorm() : null;
    }

    /// <summary>Walks over the memory of an 8-bit copy of a model's decoder.</summary>
    private PackedModel(PackedModel exact, SafeHandle memory, byte* start)
    {
        Description = exact.Description;
        Facts = exact.Facts with { Precision = WeightPrecision.Int8, HasScreen = false };
        Memory = memory;
        _start = _next = start;

        SourceEmbedding = exact.SourceEmbedding;
        TargetEmbedding = exact.TargetEmbedding;
        Output = exact.Screen?.Weights ?? TakeInt8(exact.Output.Bias, Description.TargetVocabularySize, Description.ModelDimension);
        SourcePositions = exact.SourcePositions;
        TargetPositions = exact.TargetPositions;
        SourceEmbeddingNorm = exact.SourceEmbeddingNorm;
        TargetEmbeddingNorm = exact.TargetEmbeddingNorm;
        EncoderLayers = [];
        EncoderFinalNorm = exact.EncoderFinalNorm;
        DecoderLayers = new DecoderLayerWeights[exact.DecoderLayers.Length];
        for (int i = 0; i < DecoderLayers.Length; i++)
        {
            DecoderLayerWeights layer = exact.DecoderLayers[i];
            layer.Self.QueryKeyValue = TakeInt8(layer.Self.QueryKeyValue.Bias, 3 * Description.AttentionWidth, Description.ModelDimension);
            layer.Self.AttentionOutput = TakeInt8(layer.Self.AttentionOutput.Bias, Description.ModelDimension, Description.AttentionWidth);
            layer.Self.FeedForwardExpand = TakeInt8(layer.Self.FeedForwardExpand.Bias, Description.FeedForwardDimension, Description.ModelDimension);
            layer.Self.FeedForwardContract = TakeInt8(layer.Self.FeedForwardContract.Bias, Description.ModelDimension, Description.FeedForwardDimension);
            layer.CrossQuery = TakeInt8(layer.CrossQuery.Bias, Description.AttentionWidth, Description.ModelDimension);
            layer.CrossOutput = TakeInt8(layer.CrossOutput.Bias, Description.ModelDimension, Description.AttentionWidth);
            DecoderLayers[i] = layer;
        }

        DecoderFinalNorm = exact.DecoderFinalNorm;
    }

    internal ModelDescription Description { get; }

    internal LayoutFacts Facts { get; }

    /// <summary>What owns the weights' memory; a running call holds a reference.</summary>
    internal SafeHandle Memory { get; }

    /// <summary>The first byte of the weights.</summary>
    internal byte* Start => _start;

    /// <summary>The number of bytes from the first weight to the end of the last.</summary>
    internal long ByteLength => _next - _start;

    internal float* SourceEmbedding { get; }

    internal float* TargetEmbedding { get; }

    /// <summary>The output projection.</summary>
    internal LinearWeights Output { get; }

    /// <summary>What finds the best token without the whole output projection, where the model has it.</summary>
    internal OutputScreen? Screen { get; }

    /// <summary>The rows of positions, from position 0; <see langword="null"/> where positions are not encoded.</summary>
    internal float* SourcePositions { get; }

    internal float* TargetPositions { get; }

    internal float* SourceEmbeddingNorm { get; }

    internal float* TargetEmbeddingNorm { get; }

    internal EncoderLayerWeights[] EncoderLayers { get; }

    internal DecoderLayerWeights[] DecoderLayers { get; }

    internal float* EncoderFinalNorm { get; }

    internal float* DecoderFinalNorm { get; }

    /// <summary>The number of bytes that the weights of a model take.</summary>
    internal static long LengthOf(ModelDescription description, LayoutFacts facts)
    {
        // The walk itself measures; nothing is read or written at the addresses that it finds.
        using var nowhere = new BorrowedMemory(owner: null);
        return new PackedModel(description, facts, nowhere, start: null).ByteLength;
    }

    /// <summary>
    /// Where an 8-bit copy of a model's decoder is. Embeddings, positions, norms and biases are those of the model, and so is the output projection where
    /// it has a screen, which is 8-bit already. It cannot encode: it works on the caches of sources that the model has encoded.
    /// </summary>
    /// <param name="exact">The model.</param>
    /// <param name="memory">The memory of the copy; from now on the copy's to free.</param>
    /// <param name="start">Where the copy begins in the memory; <see langword="null"/> to measure its length.</param>
    internal static PackedModel Draft(PackedModel exact, SafeHandle memory, byte* start) => new(exact, memory, start);

    private byte* TakeBytes(long bytes)
    {
        byte* taken = _next;
        _next += (bytes + Alignment - 1) / Alignment * Alignment;
        return taken;
    }

    private float* Take(long floats) => (float*)TakeBytes(floats * sizeof(float));

    private float* TakePanels(int outputs, int inputs) => Take(PanelPacking.Length(outputs, inputs));

    /// <summary>A linear layer: its bias, then for 8-bit weights the scales, then its panels.</summary>
    private LinearWeights TakeLinear(int outputs, int inputs)
    {
        float* bias = Take(PanelPacking.RoundUp(outputs));
        return Facts.Precision switch
        {
            WeightPrecision.Float32 => new LinearWeights(bias, null, (byte*)TakePanels(outputs, inputs)),
            WeightPrecision.BFloat16 => new LinearWeights(bias, null, TakeBytes(PanelPacking.Length(outputs, inputs) * sizeof(ushort))),
            _ => TakeInt8(bias, outputs, inputs),
        };
    }

    private LinearWeights TakeInt8(float* bias, int outputs, int inputs) =>
        new(bias, Take(PanelPacking.RoundUp(outputs)), TakeBytes(new Int8Quantization(Description.QuantizedInputBits).Length(outputs, inputs)));

    /// <summary>The copy of a linear layer with which it is screened.</summary>
    private LinearWeights TakeScreen(float* bias, int outputs, int inputs) => Facts.Precision == WeightPrecision.Int8
        ? new(bias, Take(PanelPacking.RoundUp(outputs)), TakeBytes(UpperBits.Length(outputs, inputs)))
        : TakeInt8(bias, outputs, inputs);

    /// <summary>γ, then β.</summary>
    private float* TakeNorm() => Take(2L * PanelPacking.RoundUp(Description.ModelDimension));

    private float* TakePositions(int positions) => Take((long)positions * Description.ModelStride);

    private EncoderLayerWeights TakeEncoderLayer() => new()
    {
        QueryKeyValue = TakeLinear(3 * Description.AttentionWidth, Description.ModelDimension),
        AttentionOutput = TakeLinear(Description.ModelDimension, Description.AttentionWidth),
        AttentionNorm = TakeNorm(),
        FeedForwardExpand = TakeLinear(Description.FeedForwardDimension, Description.ModelDimension),
        FeedForwardContract = TakeLinear(Description.ModelDimension, Description.FeedForwardDimension),
        FeedForwardNorm = TakeNorm(),
    };
}

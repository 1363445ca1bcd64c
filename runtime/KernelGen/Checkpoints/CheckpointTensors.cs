using KernelGen.Execution;

namespace KernelGen.Checkpoints;

/// <summary>A linear layer as a checkpoint stores it.</summary>
internal readonly struct LinearTensors
{
    /// <summary><c>[outputs, inputs]</c>.</summary>
    public required TensorSlice Weight { get; init; }

    /// <summary><c>[1, outputs]</c>.</summary>
    public required TensorSlice Bias { get; init; }
}

/// <summary>A layer norm as a checkpoint stores it; both <c>[1, model dimension]</c>.</summary>
internal readonly struct NormTensors
{
    /// <summary>γ.</summary>
    public required TensorSlice Weight { get; init; }

    /// <summary>β.</summary>
    public required TensorSlice Bias { get; init; }
}

/// <summary>The four projections of multi-head attention; the rows of query, key and value go head by head.</summary>
internal sealed class AttentionTensors
{
    public required LinearTensors Query { get; init; }

    public required LinearTensors Key { get; init; }

    public required LinearTensors Value { get; init; }

    public required LinearTensors Output { get; init; }
}

/// <summary>The tensors of one encoder layer.</summary>
internal sealed class EncoderLayerTensors
{
    public required AttentionTensors SelfAttention { get; init; }

    public required NormTensors SelfAttentionNorm { get; init; }

    public required LinearTensors FeedForwardExpand { get; init; }

    public required LinearTensors FeedForwardContract { get; init; }

    public required NormTensors FeedForwardNorm { get; init; }
}

/// <summary>The tensors of one decoder layer.</summary>
internal sealed class DecoderLayerTensors
{
    public required AttentionTensors SelfAttention { get; init; }

    public required NormTensors SelfAttentionNorm { get; init; }

    public required AttentionTensors CrossAttention { get; init; }

    public required NormTensors CrossAttentionNorm { get; init; }

    public required LinearTensors FeedForwardExpand { get; init; }

    public required LinearTensors FeedForwardContract { get; init; }

    public required NormTensors FeedForwardNorm { get; init; }
}

/// <summary>The tensors of one model, whatever its family calls them; each has the declared shape.</summary>
internal sealed class CheckpointTensors
{
    /// <summary><c>[source vocabulary, model dimension]</c>.</summary>
    public required TensorSlice SourceEmbedding { get; init; }

    /// <summary><c>[target vocabulary, model dimension]</c>; the same slice as <see cref="SourceEmbedding"/> when the file holds equal numbers.</summary>
    public required TensorSlice TargetEmbedding { get; init; }

    /// <summary><c>[target vocabulary, model dimension]</c>; the same slice as <see cref="TargetEmbedding"/> when they are tied or equal.</summary>
    public required TensorSlice OutputWeight { get; init; }

    /// <summary><c>[1, target vocabulary]</c>; <see langword="null"/> when the model is declared without.</summary>
    public required TensorSlice? OutputBias { get; init; }

    /// <summary><c>[at least offset + longest source, model dimension]</c> with <see cref="PositionalEncoding.Learned"/>, otherwise <see langword="null"/>.</summary>
    public required TensorSlice? SourcePositions { get; init; }

    /// <summary><c>[at least offset + longest target, model dimension]</c> with <see cref="PositionalEncoding.Learned"/>, otherwise <see langword="null"/>.</summary>
    public required TensorSlice? TargetPositions { get; init; }

    /// <summary><see langword="null"/> when the model is declared without; so for the norms below.</summary>
    public required NormTensors? SourceEmbeddingNorm { get; init; }

    public required NormTensors? TargetEmbeddingNorm { get; init; }

    public required EncoderLayerTensors[] EncoderLayers { get; init; }

    public required NormTensors? EncoderFinalNorm { get; init; }

    public required DecoderLayerTensors[] DecoderLayers { get; init; }

    public required NormTensors? DecoderFinalNorm { get; init; }

    /// <summary>Finds the tensors of a model by the names of its family, and checks each shape.</summary>
    /// <param name="file">The file; it must stay open as long as the tensors are used.</param>
    /// <param name="description">The declared model.</param>
    /// <param name="allowsNonFinite">Whether weights may be NaN or infinite.</param>
    /// <returns>The tensors.</returns>
    /// <exception cref="CheckpointException">A tensor is missing, has another shape, cannot be read, would be left out, or has a weight that is not finite.</exception>
    public static CheckpointTensors Read(Checkpoint file, ModelDescription description, bool allowsNonFinite = false)
    {
        var problems = new CheckpointProblems();
        CheckpointTensors tensors = Read(new TensorReader(file, description, problems) { AllowsNonFinite = allowsNonFinite });
        return problems.Count == 0 ? tensors : throw problems.ToException();
    }

    /// <summary>All that keeps the tensors of a file from being those of a model, in the order in which they are looked for.</summary>
    /// <param name="file">The file.</param>
    /// <param name="description">The declared model.</param>
    /// <returns>What <see cref="Read(Checkpoint, ModelDescription, bool)"/> would throw first, and what would follow; nothing when the tensors fit.</returns>
    public static CheckpointProblems FindProblems(Checkpoint file, ModelDescription description)
    {
        var problems = new CheckpointProblems();
        problems.NoticeOf(Read(new TensorReader(file, description, problems)), description);
        return problems;
    }

    private static CheckpointTensors Read(TensorReader reader) => reader.Model.Architecture switch
    {
        Architecture.Vanilla => VanillaNames.Read(reader),
        Architecture.Marian or Architecture.Bart => HuggingFaceNames.Read(reader),
        _ => throw new ArgumentException(
            $"The architecture {reader.Model.Architecture} of '{reader.Model.Name}' has no tensor names; expected one of Vanilla, Marian, Bart.", nameof(reader)),
    };
}

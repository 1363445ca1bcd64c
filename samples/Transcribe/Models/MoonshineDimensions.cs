using KernelGen.Execution;

namespace KernelGen.Samples.Transcribe.Models;

/// <summary>What tells one Moonshine from another.</summary>
internal sealed record MoonshineDimensions : ModelDimensions
{
    /// <inheritdoc/>
    public override string Family => "Moonshine";

    /// <summary><c>hidden_size</c>.</summary>
    public required int ModelDimension { get; init; }

    /// <summary><c>encoder_num_attention_heads</c>.</summary>
    public required int EncoderHeads { get; init; }

    /// <summary><c>decoder_num_attention_heads</c>.</summary>
    public required int DecoderHeads { get; init; }

    /// <summary><c>intermediate_size</c>.</summary>
    public required int FeedForwardDimension { get; init; }

    /// <summary><c>encoder_num_hidden_layers</c>.</summary>
    public required int EncoderLayers { get; init; }

    /// <summary><c>decoder_num_hidden_layers</c>.</summary>
    public required int DecoderLayers { get; init; }

    /// <summary><c>vocab_size</c>.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The dimensions of a declared model.</summary>
    public static MoonshineDimensions Of(ModelDescription model) => new()
    {
        ModelDimension = model.ModelDimension,
        EncoderHeads = model.Heads,
        DecoderHeads = model.Heads,
        FeedForwardDimension = model.FeedForwardDimension,
        EncoderLayers = model.EncoderLayers,
        DecoderLayers = model.DecoderLayers,
        VocabularySize = model.TargetVocabularySize,
    };

    /// <summary>The dimensions in words.</summary>
    public override string ToString() =>
        $"hidden_size {ModelDimension}, {EncoderHeads} and {DecoderHeads} heads, feed-forward {FeedForwardDimension}, {EncoderLayers} and {DecoderLayers} layers, {VocabularySize} tokens";
}

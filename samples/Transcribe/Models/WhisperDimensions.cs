using KernelGen.Execution;

namespace KernelGen.Samples.Transcribe.Models;

/// <summary>What tells one Whisper from another.</summary>
internal sealed record WhisperDimensions : ModelDimensions
{
    /// <inheritdoc/>
    public override string Family => "Whisper";

    /// <summary><c>d_model</c>.</summary>
    public required int ModelDimension { get; init; }

    /// <summary><c>encoder_attention_heads</c>.</summary>
    public required int EncoderHeads { get; init; }

    /// <summary><c>decoder_attention_heads</c>.</summary>
    public required int DecoderHeads { get; init; }

    /// <summary><c>encoder_ffn_dim</c>.</summary>
    public required int EncoderFeedForwardDimension { get; init; }

    /// <summary><c>decoder_ffn_dim</c>.</summary>
    public required int DecoderFeedForwardDimension { get; init; }

    /// <summary><c>encoder_layers</c>.</summary>
    public required int EncoderLayers { get; init; }

    /// <summary><c>decoder_layers</c>.</summary>
    public required int DecoderLayers { get; init; }

    /// <summary><c>vocab_size</c>.</summary>
    public required int VocabularySize { get; init; }

    /// <summary><c>num_mel_bins</c>.</summary>
    public required int MelBins { get; init; }

    /// <summary><c>max_source_positions</c>.</summary>
    public required int MaxSourceLength { get; init; }

    /// <summary><c>max_target_positions</c>.</summary>
    public required int MaxTargetLength { get; init; }

    /// <summary>The dimensions of a declared model.</summary>
    public static WhisperDimensions Of(ModelDescription model) => new()
    {
        ModelDimension = model.ModelDimension,
        EncoderHeads = model.Heads,
        DecoderHeads = model.Heads,
        EncoderFeedForwardDimension = model.FeedForwardDimension,
        DecoderFeedForwardDimension = model.FeedForwardDimension,
        EncoderLayers = model.EncoderLayers,
        DecoderLayers = model.DecoderLayers,
        VocabularySize = model.TargetVocabularySize,
        MelBins = model.SourceChannels,
        MaxSourceLength = model.MaxSourceLength,
        MaxTargetLength = model.MaxTargetLength,
    };

    /// <summary>The dimensions in words: <c>512 dimensions, 8 heads, 6 + 6 layers, …</c>.</summary>
    public override string ToString() =>
        $"d_model {ModelDimension}, {EncoderHeads} and {DecoderHeads} heads, feed-forward {EncoderFeedForwardDimension} and {DecoderFeedForwardDimension}, "
        + $"{EncoderLayers} and {DecoderLayers} layers, {VocabularySize} tokens, {MelBins} mel bins, {MaxSourceLength} and {MaxTargetLength} positions";
}

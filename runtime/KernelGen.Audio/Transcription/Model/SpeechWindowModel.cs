namespace KernelGen.Audio;

/// <summary>A declared model that hears windows, as transcription asks it.</summary>
/// <param name="model">The model.</param>
internal sealed class SpeechWindowModel(SpeechModel model) : SpeechSoundModel(model), IWindowModel
{
    /// <inheritdoc/>
    public WindowShape Shape { get; } = new(
        model.Channels, model.MaxFrames, model.MaxPositions, model.MaxTargetLength, model.TargetVocabularySize, model.DecoderLayers, model.Heads);

    /// <inheritdoc/>
    public void ComputeLogits(IEncodedWindow window, ReadOnlySpan<int> tokens, Span<float> logits, ModelCall call) =>
        SpeechOf(window).NextLogits(tokens, call.Cancellation).CopyTo(logits);

    /// <inheritdoc/>
    public WindowAlignment Align(IEncodedWindow window, AlignmentRequest request, ModelCall call)
    {
        ReadOnlySpan<int> tokens = request.Tokens.AsSpan();
        CrossAttention attention = SpeechOf(window).CrossAttention(tokens, out float[] logits, call.Cancellation);
        int size = tokens.Length * attention.SourceLength;
        float[] heads = new float[request.Heads.Length * size];
        for (int head = 0; head < request.Heads.Length; head++)
        {
            for (int row = 0; row < tokens.Length; row++)
            {
                attention[request.Heads[head].Layer, request.Heads[head].Head, row].CopyTo(heads.AsSpan((head * size) + (row * attention.SourceLength)));
            }
        }

        float[] probabilities = new float[tokens.Length - 1 - request.FirstText];
        for (int i = 0; i < probabilities.Length; i++)
        {
            int token = request.FirstText + i;
            ReadOnlySpan<float> row = logits.AsSpan((token - 1) * Shape.VocabularySize, request.TextLimit);
            probabilities[i] = (float)Softmax.ProbabilityOf(row, tokens[token]);
        }

        return new WindowAlignment(heads, probabilities);
    }
}

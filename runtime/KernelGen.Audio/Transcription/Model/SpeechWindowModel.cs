namespace KernelGen.Audio;

/// <summary>A declared model, as transcription asks it.</summary>
/// <param name="model">The model.</param>
internal sealed class SpeechWindowModel(SpeechModel model) : IWindowModel
{
    /// <summary>Below it a softmax is the most probable token, and a model takes none so low.</summary>
    private const double LowestTemperature = 0.001;

    /// <inheritdoc/>
    public WindowShape Shape { get; } = new(
        model.Channels, model.MaxFrames, model.MaxPositions, model.MaxTargetLength, model.TargetVocabularySize, model.DecoderLayers, model.Heads);

    /// <inheritdoc/>
    public IEncodedWindow Encode(ReadOnlySpan<float> logMel, ModelCall call) => new EncodedSpeechWindow(
        model.Encode(logMel, new SpeechEncodingOptions { Threads = call.Threads, MaxHypotheses = call.Hypotheses }, call.Cancellation));

    /// <inheritdoc/>
    public DecodedWindow[] Decode(ReadOnlySpan<WindowRequest> requests, DecodingSearch search, ModelCall call)
    {
        var decoded = new DecodedWindow[requests.Length];
        for (int i = 0; i < requests.Length; i++)
        {
            decoded[i] = Decode(requests[i], search, call);
        }

        return decoded;
    }

    /// <inheritdoc/>
    public void ComputeLogits(IEncodedWindow window, ReadOnlySpan<int> tokens, Span<float> logits, ModelCall call) =>
        SpeechOf(window).NextLogits(tokens, call.Cancellation).CopyTo(logits);

    /// <inheritdoc/>
    public WindowAlignment Align(IEncodedWindow window, AlignmentRequest request, ModelCall call)
    {
        ReadOnlySpan<int> tokens = request.Tokens.AsSpan();
        CrossAttention attention = SpeechOf(window).CrossAttention(tokens, call.Cancellation);
        int size = tokens.Length * attention.SourceLength;
        float[] heads = new float[request.Heads.Length * size];
        for (int head = 0; head < request.Heads.Length; head++)
        {
            for (int row = 0; row < tokens.Length; row++)
            {
                attention[request.Heads[head].Layer, request.Heads[head].Head, row].CopyTo(heads.AsSpan((head * size) + (row * attention.SourceLength)));
            }
        }

        float[] logits = SpeechOf(window).Logits(tokens[..^1], call.Cancellation);
        float[] probabilities = new float[tokens.Length - 1 - request.FirstText];
        for (int i = 0; i < probabilities.Length; i++)
        {
            int token = request.FirstText + i;
            ReadOnlySpan<float> row = logits.AsSpan((token - 1) * Shape.VocabularySize, request.TextLimit);
            probabilities[i] = (float)Softmax.ProbabilityOf(row, tokens[token]);
        }

        return new WindowAlignment(heads, probabilities);
    }

    private static EncodedSpeech SpeechOf(IEncodedWindow window) => ((EncodedSpeechWindow)window).Speech;

    private static DecodedWindow Decode(WindowRequest request, DecodingSearch search, ModelCall call)
    {
        EncodedSpeech speech = SpeechOf(request.Window);
        float[] logits = speech.NextLogits(request.Prompt.AsSpan()[..(request.StartOfTranscript + 1)], call.Cancellation);
        GenerationResult result = speech.Generate(Options(request, search, call), call.Cancellation);
        Hypothesis best = result.Hypotheses[0];
        double bestScore = Score(best, search);
        foreach (Hypothesis hypothesis in result.Hypotheses.AsSpan()[1..])
        {
            if (Score(hypothesis, search) > bestScore)
            {
                (best, bestScore) = (hypothesis, Score(hypothesis, search));
            }
        }

        return new DecodedWindow(best.Tokens, Sum(best), Softmax.ProbabilityOf(logits, search.NoSpeechToken));
    }

    private static GenerationOptions Options(WindowRequest request, DecodingSearch search, ModelCall call) => new()
    {
        Definition = SearchDefinition.OpenAI,
        Prompt = request.Prompt,
        MaxLength = request.MaximumTokens,
        EndTokens = [search.EndToken],
        BeamSize = search.BeamSize,
        Patience = search.Patience,
        LengthPenalty = search.LengthPenalty ?? 1,
        HypothesisCount = search.Temperature > 0 ? search.SampleCount : 1,
        Sampling = search.Temperature > 0
            ? new SamplingOptions { Temperature = Math.Max(search.Temperature, LowestTemperature), Seed = unchecked((long)request.RandomKey) }
            : null,
        Constraint = (step, allowed) => request.Rules.Apply(allowed.Logits, step.Tokens),
        ReturnTokenLogProbabilities = true,
        Threads = call.Threads,
    };

    private static double Score(Hypothesis hypothesis, DecodingSearch search)
    {
        int tokens = hypothesis.Tokens.Length;
        return Sum(hypothesis) / (search.LengthPenalty is { } penalty ? Math.Pow((5 + tokens) / 6.0, penalty) : Math.Max(1, tokens));
    }

    private static double Sum(Hypothesis hypothesis)
    {
        double sum = 0;
        foreach (float logProbability in hypothesis.TokenLogProbabilities)
        {
            sum += logProbability;
        }

        return sum;
    }

    private sealed class EncodedSpeechWindow(EncodedSpeech speech) : IEncodedWindow
    {
        public EncodedSpeech Speech => speech;

        public void Dispose() => speech.Dispose();
    }
}

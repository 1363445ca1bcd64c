namespace KernelGen.Audio;

/// <summary>A declared model, as transcription asks it.</summary>
/// <param name="model">The model.</param>
internal class SpeechSoundModel(SpeechModel model) : ISoundModel
{
    /// <summary>Below it a softmax is the most probable token, and a model takes none so low.</summary>
    private const double LowestTemperature = 0.001;

    /// <inheritdoc/>
    public IEncodedWindow Encode(ReadOnlySpan<float> frames, ModelCall call) => new EncodedSpeechWindow(
        model.Encode(frames, new SpeechEncodingOptions { Threads = call.Threads, MaxHypotheses = call.Hypotheses }, call.Cancellation));

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

    /// <summary>The model's own form of a part that it has encoded.</summary>
    protected static EncodedSpeech SpeechOf(IEncodedWindow window) => ((EncodedSpeechWindow)window).Speech;

    private static DecodedWindow Decode(WindowRequest request, DecodingSearch search, ModelCall call)
    {
        EncodedSpeech speech = SpeechOf(request.Window);
        double noSpeech = search.NoSpeechToken is { } token
            ? Softmax.ProbabilityOf(speech.NextLogits(request.Prompt.AsSpan()[..(request.StartOfTranscript + 1)], call.Cancellation), token)
            : 0;
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

        return new DecodedWindow(best.Tokens, Sum(best), noSpeech);
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

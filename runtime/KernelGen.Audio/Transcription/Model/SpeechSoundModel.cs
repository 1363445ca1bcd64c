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
        WindowRequest[] parts = requests.ToArray();
        EncodedSpeech[] speech = Array.ConvertAll(parts, static part => SpeechOf(part.Window));
        double[] noSpeech = NoSpeech(parts, speech, search, call);
        GenerationOptions common = Options(Array.ConvertAll(parts, static part => part.Rules), search, call);
        GenerationOptions[] options = Array.ConvertAll(parts, part => common with
        {
            Prompt = part.Prompt,
            MaxLength = part.MaximumTokens,
            Sampling = common.Sampling is null ? null : common.Sampling with { Seed = unchecked((long)part.RandomKey) },
        });
        GenerationResult[] results = parts.Length == 1 ? [speech[0].Generate(options[0], call.Cancellation)] : model.Generate(speech, options, call.Cancellation);
        return [.. results.Select((result, i) => Best(result, noSpeech[i], search))];
    }

    /// <summary>The model's own form of a part that it has encoded.</summary>
    protected static EncodedSpeech SpeechOf(IEncodedWindow window) => ((EncodedSpeechWindow)window).Speech;

    /// <summary>The probability that there is no speech in each part; 0 where the model does not tell.</summary>
    private double[] NoSpeech(WindowRequest[] parts, EncodedSpeech[] speech, DecodingSearch search, ModelCall call)
    {
        if (search.NoSpeechToken is not { } token)
        {
            return new double[parts.Length];
        }

        // All are asked for the first time, or none is.
        if (Array.TrueForAll(parts, static part => part.NoSpeechProbability is not null))
        {
            return Array.ConvertAll(parts, static part => part.NoSpeechProbability!.Value);
        }

        int[][] starts = Array.ConvertAll(parts, static part => part.Prompt.AsSpan()[..(part.StartOfTranscript + 1)].ToArray());
        float[][] logits = parts.Length == 1 ? [speech[0].NextLogits(starts[0], call.Cancellation)] : model.NextLogits(speech, starts, call.Cancellation);
        return Array.ConvertAll(logits, row => Softmax.ProbabilityOf(row, token));
    }

    private static DecodedWindow Best(GenerationResult result, double noSpeech, DecodingSearch search)
    {
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

    /// <summary>What all parts have in common.</summary>
    private static GenerationOptions Options(ITokenRule[] rules, DecodingSearch search, ModelCall call) => new()
    {
        Definition = SearchDefinition.OpenAI,
        EndTokens = [search.EndToken],
        BeamSize = search.BeamSize,
        Patience = search.Patience,
        LengthPenalty = search.LengthPenalty ?? 1,
        HypothesisCount = search.Temperature > 0 ? search.SampleCount : 1,
        Sampling = search.Temperature > 0 ? new SamplingOptions { Temperature = Math.Max(search.Temperature, LowestTemperature) } : null,
        Constraint = (step, allowed) => rules[step.SourceIndex].Apply(allowed.Logits, step.Tokens),
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

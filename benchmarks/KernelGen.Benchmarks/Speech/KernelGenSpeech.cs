namespace KernelGen.Benchmarks.Speech;

/// <summary>A model of speech in KernelGen.</summary>
internal sealed class KernelGenSpeech : ISpeechContender
{
    private readonly SpeechModel _model;
    private readonly float[] _frames;
    private readonly SpeechEncodingOptions _encoding;
    private readonly GenerationOptions _greedy;
    private readonly GenerationOptions _ruled;
    private EncodedSpeech? _encoded;

    /// <summary>Loads a model.</summary>
    /// <param name="speech">The model.</param>
    /// <param name="weights">Its weights, as safetensors.</param>
    /// <param name="precision">What its weights are stored in.</param>
    /// <param name="instructionSet">What to compute with.</param>
    /// <param name="frames">The frames, <c>[frames, channels]</c>.</param>
    /// <param name="threads">How many threads share the work.</param>
    public KernelGenSpeech(SpeechCase speech, string weights, WeightPrecision precision, InstructionSet instructionSet, float[] frames, int threads)
    {
        _model = speech.Load(weights, new ModelLoadOptions { InstructionSet = instructionSet, Precision = precision });
        _frames = frames;
        _encoding = new SpeechEncodingOptions { Threads = threads };

        // Token by token, as the others go.
        _greedy = new GenerationOptions { MaxLength = SpeechCase.TargetLength, Threads = threads, ParallelGreedy = false };
        var rule = new TimestampLikeRule(speech.Description);
        _ruled = _greedy with { Definition = SearchDefinition.OpenAI, Constraint = rule.Apply, ReturnTokenLogProbabilities = true };
    }

    public void Encode()
    {
        _encoded?.Dispose();
        _encoded = _model.Encode(_frames, _encoding);
    }

    public int[] Decode() => [.. _encoded!.Generate(_greedy).Hypotheses[0].Tokens];

    /// <summary>Decodes as a transcription does: rules see the logits of all tokens, and the log-probability of each token is kept.</summary>
    public int[] DecodeWithRules() => [.. _encoded!.Generate(_ruled).Hypotheses[0].Tokens];

    public void Dispose()
    {
        _encoded?.Dispose();
        _model.Dispose();
    }
}

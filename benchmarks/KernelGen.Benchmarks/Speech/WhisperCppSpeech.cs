using System.Numerics.Tensors;

namespace KernelGen.Benchmarks.Speech;

/// <summary>A Whisper in whisper.cpp, the library that Whisper.net brings: its encoder, then its decoder a token at a time.</summary>
internal sealed unsafe class WhisperCppSpeech : ISpeechContender
{
    private readonly IntPtr _context;
    private readonly int _threads;
    private readonly int _startToken;
    private readonly int _vocabulary;

    /// <summary>Loads a model.</summary>
    /// <param name="path">The file, as <see cref="GgmlFile"/> writes it.</param>
    /// <param name="speech">The model.</param>
    /// <param name="frames">The frames, <c>[frames, channels]</c>.</param>
    /// <param name="threads">How many threads share the work.</param>
    /// <param name="usesFlashAttention">Whether scores and softmax are one operation.</param>
    public WhisperCppSpeech(string path, SpeechCase speech, float[] frames, int threads, bool usesFlashAttention)
    {
        _threads = threads;
        _startToken = speech.Description.StartToken;
        _vocabulary = speech.Description.TargetVocabularySize;
        _context = WhisperNative.Load(path, usesFlashAttention);
        int channels = speech.Description.SourceChannels;
        fixed (float* mel = OnnxRuntimeSpeech.Transposed(frames, channels))
        {
            Check(WhisperNative.whisper_set_mel(_context, mel, frames.Length / channels, channels));
        }
    }

    public void Encode() => Check(WhisperNative.whisper_encode(_context, firstFrame: 0, _threads));

    public int[] Decode()
    {
        int[] tokens = new int[SpeechCase.TargetLength];
        int next = _startToken;
        for (int step = 0; step < tokens.Length; step++)
        {
            Check(WhisperNative.whisper_decode(_context, &next, count: 1, past: step, _threads));
            next = TensorPrimitives.IndexOfMax(new ReadOnlySpan<float>(WhisperNative.whisper_get_logits(_context), _vocabulary));
            tokens[step] = next;
        }

        return tokens;
    }

    public void Dispose() => WhisperNative.whisper_free(_context);

    private static void Check(int status)
    {
        if (status != 0)
        {
            throw new InvalidOperationException($"whisper.cpp failed with {status}.");
        }
    }
}

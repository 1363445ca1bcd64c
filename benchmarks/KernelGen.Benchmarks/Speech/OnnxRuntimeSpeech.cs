using KernelGen.Benchmarks.Peers;

namespace KernelGen.Benchmarks.Speech;

/// <summary>A Whisper in ONNX Runtime.</summary>
internal sealed class OnnxRuntimeSpeech : ISpeechContender
{
    private readonly OnnxRuntimePeer _peer;

    /// <summary>Loads the two graphs.</summary>
    /// <param name="folder">With the graphs and their weights.</param>
    /// <param name="speech">The model.</param>
    /// <param name="frames">The frames, <c>[frames, channels]</c>.</param>
    /// <param name="threads">How many threads share the work.</param>
    public OnnxRuntimeSpeech(string folder, SpeechCase speech, float[] frames, int threads)
    {
        _peer = new OnnxRuntimePeer(folder, speech.Description, batch: 1, speech.Description.MaxSourceLength, SpeechCase.TargetLength, threads);
        _peer.SetFrames(Transposed(frames, speech.Description.SourceChannels));
    }

    public void Encode() => _peer.Encode();

    public int[] Decode() => _peer.Decode()[0];

    public void Dispose() => _peer.Dispose();

    /// <summary>Frames as <c>[channels, frames]</c>.</summary>
    public static float[] Transposed(float[] frames, int channels)
    {
        float[] transposed = new float[frames.Length];
        int count = frames.Length / channels;
        for (int i = 0; i < frames.Length; i++)
        {
            transposed[((i % channels) * count) + (i / channels)] = frames[i];
        }

        return transposed;
    }
}

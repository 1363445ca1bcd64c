namespace KernelGen.Benchmarks.Speech;

/// <summary>A library with a model of speech and the audio that it hears.</summary>
internal interface ISpeechContender : IDisposable
{
    /// <summary>Runs the encoder over the audio.</summary>
    void Encode();

    /// <summary>Decodes <see cref="SpeechCase.TargetLength"/> tokens of what was encoded last: the most probable one each time.</summary>
    int[] Decode();
}

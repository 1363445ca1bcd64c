using KernelGen.Benchmarks.Measuring;

namespace KernelGen.Benchmarks.Speech;

/// <summary>What was measured of one model and number of threads, all contenders in the same turns.</summary>
/// <param name="Case">The model.</param>
/// <param name="Threads">How many threads share the work.</param>
/// <param name="KernelGen">KernelGen, for each precision.</param>
/// <param name="OnnxRuntime">ONNX Runtime in float32, where there are graphs.</param>
/// <param name="OnnxRuntimeInt8">ONNX Runtime in int8, where there are graphs.</param>
/// <param name="WhisperCpp">whisper.cpp in float16, where it is there.</param>
internal sealed record SpeechResult(
    SpeechCase Case, int Threads, IReadOnlyList<SpeechTimes> KernelGen, SpeechTimes? OnnxRuntime, SpeechTimes? OnnxRuntimeInt8, SpeechTimes? WhisperCpp)
{
    /// <summary>The arithmetic of the encoder in float32 on one thread, at this core's peak, in seconds.</summary>
    public required double Arithmetic { get; init; }

    /// <summary>With two threads: two encoders at once with one thread each, of float32 or the first precision, in seconds.</summary>
    public Times? TwoCalls { get; init; }

    /// <summary>Bytes a second that one core reads from memory.</summary>
    public required double BytesPerSecond { get; init; }

    /// <summary>What else this machine did, in percent of a core.</summary>
    public required double? OtherLoad { get; init; }

    /// <summary>ONNX Runtime with weights of the nearest size.</summary>
    public SpeechTimes? OnnxRuntimeOf(WeightPrecision precision) => precision is WeightPrecision.Int8 or WeightPrecision.Int4 ? OnnxRuntimeInt8 : OnnxRuntime;
}

/// <summary>What a contender took.</summary>
/// <param name="Precision">What weights are stored in.</param>
/// <param name="Encoding">The encoder over 30 seconds.</param>
/// <param name="Decoding">The tokens, greedily.</param>
/// <param name="Ruled">The tokens with rules that see all logits; of KernelGen alone.</param>
/// <param name="SameTokens">How many tokens are those of KernelGen in float32, from the first on.</param>
internal sealed record SpeechTimes(WeightPrecision Precision, Times Encoding, Times Decoding, Times? Ruled, int SameTokens);

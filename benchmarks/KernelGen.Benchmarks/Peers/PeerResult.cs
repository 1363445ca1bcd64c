using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;

namespace KernelGen.Benchmarks.Peers;

/// <summary>What one contender took.</summary>
/// <param name="PerSentence">Its time for a sentence.</param>
/// <param name="Megabytes">The resident memory that loading it and one call added.</param>
/// <param name="LoadSeconds">The time of loading, its just-in-time compilation included.</param>
internal sealed record Measured(Times PerSentence, double Megabytes, double LoadSeconds);

/// <summary>What was measured of one combination; a contender that is missing was not.</summary>
internal sealed record PeerResult(ModelCase Model, int Batch, Precision Precision, Measured? KernelGen, Measured? OnnxRuntime, double? OtherLoad)
{
    /// <summary>The tokens of ONNX Runtime, compared with those of KernelGen in float32.</summary>
    public TokenAgreement? OnnxRuntimeTokens { get; init; }

    /// <summary>The same for KernelGen, where it does not compute in float32.</summary>
    public TokenAgreement? KernelGenTokens { get; init; }

    /// <summary>How many times faster KernelGen is.</summary>
    public double? Ratio => KernelGen is null || OnnxRuntime is null ? null : OnnxRuntime.PerSentence.Median / KernelGen.PerSentence.Median;

    /// <summary>Whether the same model ran: float32 contenders must agree, ties aside.</summary>
    public bool IsSameModel => Precision != Precision.Float32 || OnnxRuntimeTokens is null or { IsSameModel: true };
}

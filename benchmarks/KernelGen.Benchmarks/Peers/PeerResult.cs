using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;

namespace KernelGen.Benchmarks.Peers;

/// <summary>What one contender took.</summary>
/// <param name="PerSentence">Its time for a sentence.</param>
/// <param name="Megabytes">The resident memory that loading it and one call added.</param>
/// <param name="LoadSeconds">The time of loading, its just-in-time compilation included.</param>
internal sealed record Measured(Times PerSentence, double Megabytes, double LoadSeconds);

/// <summary>What was measured of one combination; a contender that is missing was not.</summary>
/// <param name="Model">The model.</param>
/// <param name="Batch">The sources of a call.</param>
/// <param name="Precision">What weights are stored in.</param>
/// <param name="KernelGen">KernelGen, greedy.</param>
/// <param name="OnnxRuntime">ONNX Runtime, greedy.</param>
/// <param name="OtherLoad">What else this machine did, in percent of a core.</param>
internal sealed record PeerResult(ModelCase Model, int Batch, WeightPrecision Precision, Measured KernelGen, Measured? OnnxRuntime, double? OtherLoad)
{
    /// <summary>KernelGen, greedy, with the whole output projection; where it is not screened, that is <see cref="KernelGen"/>.</summary>
    public Measured? Unscreened { get; init; }

    /// <summary>KernelGen with a beam of four.</summary>
    public required Measured Beam4 { get; init; }

    /// <summary>The tokens of ONNX Runtime, compared with those of KernelGen in float32.</summary>
    public TokenAgreement? OnnxRuntimeTokens { get; init; }

    /// <summary>The same for KernelGen, where it does not compute in float32.</summary>
    public TokenAgreement? KernelGenTokens { get; init; }

    /// <summary>How many times faster KernelGen is.</summary>
    public double? Ratio => OnnxRuntime?.PerSentence.Median / KernelGen.PerSentence.Median;

    /// <summary>How many times faster KernelGen is without screening.</summary>
    public double? UnscreenedRatio => OnnxRuntime?.PerSentence.Median / (Unscreened ?? KernelGen).PerSentence.Median;

    /// <summary>Whether the same model ran: float32 contenders must agree, ties aside.</summary>
    public bool IsSameModel => Precision != WeightPrecision.Float32 || OnnxRuntimeTokens is null or { IsSameModel: true };
}

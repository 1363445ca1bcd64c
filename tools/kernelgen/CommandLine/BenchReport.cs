using KernelGen.Tool.Measuring;

namespace KernelGen.Tool.CommandLine;

/// <summary>How fast a model is on this machine.</summary>
/// <param name="File">The weights.</param>
/// <param name="Precision">How they are stored.</param>
/// <param name="InstructionSet">What computes.</param>
/// <param name="Declaration">The declaration, as C# source.</param>
/// <param name="GigaflopsPerSecond">The fused multiply-add peak of one core, a multiplication and an addition counted as two.</param>
/// <param name="GigaInt8PerSecond">The same for 8-bit numbers, where there are instructions for them.</param>
/// <param name="GigabytesPerSecond">How fast one core reads each level of memory.</param>
/// <param name="ScreensOutput">Whether greedy search screens the output projection.</param>
/// <param name="Speeds">A model of text, with each number of sources a call.</param>
/// <param name="Speech">A model of speech.</param>
internal sealed record BenchReport(
    string File,
    string Precision,
    InstructionSet InstructionSet,
    string Declaration,
    double GigaflopsPerSecond,
    double? GigaInt8PerSecond,
    IReadOnlyList<LevelSpeed> GigabytesPerSecond,
    bool ScreensOutput,
    IReadOnlyList<ModelSpeed>? Speeds,
    SpeechSpeed? Speech);

/// <summary>How fast a level of memory is read.</summary>
internal sealed record LevelSpeed(string Level, double GigabytesPerSecond);

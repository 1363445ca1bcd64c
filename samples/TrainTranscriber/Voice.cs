namespace KernelGen.Samples.TrainTranscriber;

/// <summary>A voice of espeak-ng: how English is pronounced, and who speaks it.</summary>
/// <param name="Accent">A voice of English: <c>en-gb-scotland</c>.</param>
/// <param name="Speaker">A variant of it: <c>f2</c>.</param>
internal sealed record Voice(string Accent, string Speaker)
{
    private static readonly string[] Accents = ["en-us", "en-gb", "en-gb-x-rp", "en-gb-scotland"];

    /// <summary>The voices that are learned from.</summary>
    public static IReadOnlyList<Voice> ToLearn { get; } = Of("m1", "m2", "m3", "m5", "m6", "m8", "f1", "f2", "f4", "klatt", "klatt4", "croak");

    /// <summary>The voices that a model is tested with: nobody who speaks there is learned from.</summary>
    public static IReadOnlyList<Voice> ToTest { get; } = Of("m4", "m7", "f3", "f5");

    /// <summary>What espeak-ng calls it.</summary>
    public override string ToString() => $"{Accent}+{Speaker}";

    private static Voice[] Of(params string[] speakers) => [.. Accents.SelectMany(accent => speakers.Select(speaker => new Voice(accent, speaker)))];
}

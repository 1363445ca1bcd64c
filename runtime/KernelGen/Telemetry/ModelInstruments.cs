using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace KernelGen.Telemetry;

/// <summary>The instruments, one of each for the whole process; what tells models apart is a tag.</summary>
internal static class ModelInstruments
{
    /// <summary>The tag with the name of the declared model.</summary>
    public const string ModelTag = "kernelgen.model";

    /// <summary>The tag with the type of the exception of a call that failed, as OpenTelemetry has it.</summary>
    public const string ErrorTag = "error.type";

    /// <summary>From a step of a small model to minutes of sound: those that OpenTelemetry names for the time to a first token, and longer ones.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60],
    };

    private static readonly string? Version = typeof(ModelInstruments).Assembly.GetName().Version?.ToString(3);
    private static readonly Meter Meter = new(ModelTelemetry.MeterName, Version);

    public static readonly ActivitySource Activities = new(ModelTelemetry.ActivitySourceName, Version);
    public static readonly Counter<long> Sources = Meter.CreateCounter<long>("kernelgen.generation.sources", "{source}", "Sources that targets were generated for.");
    public static readonly Counter<long> Tokens = Meter.CreateCounter<long>("kernelgen.generation.tokens", "{token}", "Tokens of generated targets, without end tokens.");
    public static readonly Histogram<double> Duration = Histogram("kernelgen.generation.duration", "The time that a call generates, those included that fail.");
    public static readonly Histogram<double> FirstToken = Histogram("kernelgen.generation.time_to_first_token", "From the start of a call to its first tokens.");
    public static readonly Histogram<double> Encode = Histogram("kernelgen.encode.duration", "The time of a call that the encoder takes.");
    public static readonly Histogram<double> Decode = Histogram("kernelgen.decode.duration", "The time of a call that the decoder and the search take.");

    /// <summary>Whether anybody listens to anything.</summary>
    public static bool AreOn =>
        Duration.Enabled || Tokens.Enabled || Sources.Enabled || FirstToken.Enabled || Encode.Enabled || Decode.Enabled || Activities.HasListeners();

    private static Histogram<double> Histogram(string name, string description) => Meter.CreateHistogram(name, "s", description, advice: Seconds);
}

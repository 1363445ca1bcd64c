using System.Diagnostics;
using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using KernelGen.Telemetry;

namespace KernelGen.Benchmarks.Suites;

/// <summary>What a call of 24 tokens does to be measured, without the call.</summary>
[MemoryDiagnoser]
public class TelemetrySuite : KeepingSuite
{
    private readonly CallMeasurement _measurement = new();

    /// <summary>Who listens.</summary>
    public enum Listener
    {
        Nobody,
        Metrics,
        Traces,
    }

    [ParamsAllValues]
    public Listener Listens { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        switch (Listens)
        {
            case Listener.Nobody:
                break;
            case Listener.Metrics:
                MeterListener metrics = Keep(new MeterListener
                {
                    InstrumentPublished = static (instrument, listener) =>
                    {
                        if (instrument.Meter.Name == ModelTelemetry.MeterName)
                        {
                            listener.EnableMeasurementEvents(instrument);
                        }
                    },
                });
                metrics.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
                metrics.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
                metrics.Start();
                break;
            case Listener.Traces:
                ActivitySource.AddActivityListener(Keep(new ActivityListener
                {
                    ShouldListenTo = static source => source.Name == ModelTelemetry.ActivitySourceName,
                    Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                }));
                break;
            default:
                throw new InvalidOperationException($"{Listens} is nobody who listens.");
        }
    }

    [Benchmark]
    public void Call()
    {
        _measurement.Begin("Translator", sources: 1);
        _measurement.EndEncoding(_measurement.BeginEncoding());
        for (int token = 0; token < 24; token++)
        {
            _measurement.Stepped();
        }

        _measurement.Complete(24L);
    }
}

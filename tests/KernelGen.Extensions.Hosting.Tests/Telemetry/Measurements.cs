using System.Diagnostics.Metrics;

namespace KernelGen.Extensions.Hosting.Tests.Telemetry;

/// <summary>What was measured of one model.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly string _model;
    private readonly List<(string Instrument, string Tags, double Value)> _all = [];

    /// <param name="model">The name of the declared model.</param>
    public Measurements(string model)
    {
        _model = $"kernelgen.model={model}";
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == ModelTelemetry.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public string[] Tags => [.. All.Select(static one => one.Tags)];

    private (string Instrument, string Tags, double Value)[] All
    {
        get
        {
            lock (_all)
            {
                return [.. _all];
            }
        }
    }

    public double[] Of(string instrument) => [.. All.Where(one => one.Instrument == instrument).Select(static one => one.Value)];

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string text = string.Join(' ', tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"));
        lock (_all)
        {
            if (text.StartsWith(_model, StringComparison.Ordinal))
            {
                _all.Add((instrument.Name, text, value));
            }
        }
    }
}

using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>What one service measured.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<(string Instrument, string Tags, double Value)> _all = [];
    private readonly MeterListener _listener = new();

    public Measurements(RunningService service)
    {
        IMeterFactory factory = service.App.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == TranslationMetrics.MeterName && instrument.Meter.Scope == factory)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The values of an instrument, with tags as in <c>"stream canceled"</c>.</summary>
    public double[] Of(string instrument, string tags = "")
    {
        lock (_lock)
        {
            return [.. _all.Where(one => one.Instrument == instrument && one.Tags == tags).Select(static one => one.Value)];
        }
    }

    /// <summary>Waits until the sum of an instrument is at least so much.</summary>
    public async Task ReachesAsync(string instrument, string tags, double sum)
    {
        for (int i = 0; i < 3000; i++)
        {
            if (Of(instrument, tags).Sum() >= sum)
            {
                return;
            }

            await Task.Delay(10);
        }

        lock (_lock)
        {
            Assert.Fail($"{instrument} of {tags} did not reach {sum}; measured were: {string.Join("; ", _all)}");
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string text = string.Join(' ', tags.ToArray().Select(static tag => tag.Value));
        lock (_lock)
        {
            _all.Add((instrument.Name, text, value));
        }
    }
}

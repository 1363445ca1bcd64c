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
            if (instrument.Name is "http.server.request.duration" or "http.server.active_requests" && instrument.Meter.Scope == factory)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>"requests": a 1 for each that ended, by its route and status, as in <c>"/translations 200"</c>; "active": a 1 for each that began, and a -1 where it ended.</summary>
    public double[] Of(string instrument, string tags)
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
        bool isRequest = instrument.Name == "http.server.request.duration";
        var all = new Dictionary<string, object?>(tags.ToArray());
        string text = isRequest ? $"{all.GetValueOrDefault("http.route")} {all.GetValueOrDefault("http.response.status_code")}" : "";
        lock (_lock)
        {
            _all.Add(isRequest ? ("requests", text, 1) : ("active", text, value));
        }
    }
}

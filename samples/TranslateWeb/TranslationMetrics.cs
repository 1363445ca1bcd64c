using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>What the service measures of itself; the README lists the instruments.</summary>
internal sealed class TranslationMetrics
{
    public const string MeterName = "KernelGen.TranslateWeb";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    };

    private readonly Counter<long> _requests;
    private readonly UpDownCounter<long> _active;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstToken;
    private readonly Counter<long> _sourceTokens;
    private readonly Counter<long> _targetTokens;

    public TranslationMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("kernelgen.requests", "{request}", "Requests that ended, by endpoint and outcome.");
        _active = meter.CreateUpDownCounter<long>("kernelgen.requests.active", "{request}", "Requests that run or wait, by endpoint.");
        _duration = meter.CreateHistogram("kernelgen.request.duration", "s", "From the arrival of a request to the end of its answer, by endpoint and outcome.", advice: Seconds);
        _firstToken = meter.CreateHistogram("kernelgen.stream.first_token", "s", "From the start of the work on a stream to its first token.", advice: Seconds);
        _sourceTokens = meter.CreateCounter<long>("kernelgen.tokens.source", "{token}", "Source tokens of texts that were translated.");
        _targetTokens = meter.CreateCounter<long>("kernelgen.tokens.target", "{token}", "Tokens of translations that were returned, without end tokens.");
    }

    public void Translated(int sourceTokens, int targetTokens)
    {
        _sourceTokens.Add(sourceTokens);
        _targetTokens.Add(targetTokens);
    }

    public void FirstToken(TimeSpan time) => _firstToken.Record(time.TotalSeconds);

    /// <summary>Middleware: measures requests to the endpoints that are marked with a <see cref="MeasuredEndpoint"/>.</summary>
    public async Task Measure(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<MeasuredEndpoint>() is not { } measured)
        {
            await next(context);
            return;
        }

        var endpoint = new KeyValuePair<string, object?>("endpoint", measured.Name);
        long start = Stopwatch.GetTimestamp();
        bool threw = true;
        _active.Add(1, endpoint);
        try
        {
            await next(context);
            threw = false;
        }
        finally
        {
            // What throws after the first event of a stream leaves status 200.
            var outcome = new KeyValuePair<string, object?>("outcome", Outcome(context, threw));
            _active.Add(-1, endpoint);
            _requests.Add(1, endpoint, outcome);
            _duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, endpoint, outcome);
        }
    }

    private static string Outcome(HttpContext context, bool threw) => context.Response.StatusCode switch
    {
        _ when context.Items.ContainsKey(RequestLimits.Expired) => "expired",
        _ when context.RequestAborted.IsCancellationRequested => "canceled",
        _ when threw => "failed",
        < StatusCodes.Status400BadRequest => "ok",
        StatusCodes.Status429TooManyRequests => "rejected",
        < StatusCodes.Status500InternalServerError => "invalid",
        _ => "failed",
    };
}

/// <summary>Marks an endpoint whose requests are measured.</summary>
/// <param name="Name">The value of the tag "endpoint".</param>
internal sealed record MeasuredEndpoint(string Name);

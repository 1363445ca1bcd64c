using System.Net;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>What the service measures.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Requests_tokens_and_times_are_measured()
    {
        await using RunningService service = await RunningService.StartAsync();
        using var measurements = new Measurements(service);
        using HttpResponseMessage translated = await service.PostAsync("/translate", new { texts = new[] { "狗追猫。", "猫追狗。" } });
        using HttpResponseMessage invalid = await service.PostJsonAsync("/translate", "{");
        using HttpResponseMessage stream = await service.PostAsync("/translate/stream", new { text = "狗追猫。" });
        int tokens = (await ServerSentEvents.ReadAllAsync(stream)).Count - 2;
        await measurements.ReachesAsync("kernelgen.requests", "stream ok", 1);

        Assert.Equal([1.0], measurements.Of("kernelgen.requests", "translate ok"));
        Assert.Equal([1.0], measurements.Of("kernelgen.requests", "translate invalid"));
        Assert.Equal([1.0, -1.0, 1.0, -1.0], measurements.Of("kernelgen.requests.active", "translate"));
        Assert.Equal([1.0, -1.0], measurements.Of("kernelgen.requests.active", "stream"));
        // Both sentences have as many tokens, in either language.
        Assert.Equal([4.0, 4.0, 4.0], measurements.Of("kernelgen.tokens.source"));
        Assert.Equal(Enumerable.Repeat((double)tokens, 3), measurements.Of("kernelgen.tokens.target"));
        double duration = Assert.Single(measurements.Of("kernelgen.request.duration", "stream ok"));
        double first = Assert.Single(measurements.Of("kernelgen.stream.first_token"));
        Assert.InRange(first, 0, duration);
        Assert.Single(measurements.Of("kernelgen.request.duration", "translate ok"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Failures_are_told_apart_and_keep_their_reasons_to_themselves(int failingDecoding)
    {
        int decoded = 0;
        await using RunningService service = await RunningService.StartAsync(null, RunningService.DecodingWith(inner => new WatchedDecoder(inner, () =>
        {
            if (++decoded == failingDecoding)
            {
                throw new InvalidOperationException("a secret");
            }
        })));
        using var measurements = new Measurements(service);
        using HttpResponseMessage translated = await service.PostAsync("/translate", new { texts = new[] { "狗追猫。", "猫追狗。" } });
        Assert.Equal(HttpStatusCode.InternalServerError, translated.StatusCode);
        Assert.Equal("application/problem+json", translated.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("secret", await translated.Content.ReadAsStringAsync());
        await measurements.ReachesAsync("kernelgen.requests", "translate failed", 1);

        // Before its first event a stream can still answer with a problem; afterwards it can only break off.
        decoded = 0;
        using HttpResponseMessage stream = await service.Client.GetAsync("/translate/stream?text=狗追猫。", HttpCompletionOption.ResponseHeadersRead);
        if (failingDecoding == 1)
        {
            Assert.Equal(HttpStatusCode.InternalServerError, stream.StatusCode);
        }
        else
        {
            Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
            await Assert.ThrowsAnyAsync<IOException>(async () => await (await stream.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null));
        }

        await measurements.ReachesAsync("kernelgen.requests", "stream failed", 1);
    }

    [Fact]
    public async Task Other_requests_are_not_measured()
    {
        await using RunningService service = await RunningService.StartAsync();
        using var measurements = new Measurements(service);
        using HttpResponseMessage health = await service.Client.GetAsync("/health");
        using HttpResponseMessage page = await service.Client.GetAsync("/");
        using HttpResponseMessage translated = await service.PostAsync("/translate", new { texts = new[] { "狗" } });
        await measurements.ReachesAsync("kernelgen.requests", "translate ok", 1);
        Assert.Equal([1.0, -1.0], measurements.Of("kernelgen.requests.active", "translate"));
        Assert.Empty(measurements.Of("kernelgen.requests.active"));
    }
}

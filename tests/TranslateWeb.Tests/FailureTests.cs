using System.Net;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Computations that fail.</summary>
public sealed class FailureTests
{
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
        using HttpResponseMessage translated = await service.PostAsync("/translations", new { texts = new[] { "狗追猫。", "猫追狗。" } });
        Assert.Equal(HttpStatusCode.InternalServerError, translated.StatusCode);
        Assert.Equal("application/problem+json", translated.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("secret", await translated.Content.ReadAsStringAsync());
        await measurements.ReachesAsync("requests", "/translations 500", 1);

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

        await measurements.ReachesAsync("requests", $"/translate/stream {(failingDecoding == 1 ? 500 : 200)}", 1);
    }
}

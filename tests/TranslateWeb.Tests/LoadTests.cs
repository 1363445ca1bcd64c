using System.Net;
using System.Text.Json;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Many requests at once, and requests that are given up.</summary>
public sealed class LoadTests
{
    private const int Concurrency = 2;
    private const int Queue = 3;

    [Fact]
    public async Task What_the_queue_cannot_hold_is_turned_away_and_the_rest_is_right()
    {
        using var gate = new Gate();
        await using RunningService service = await RunningService.StartAsync(
            [$"Concurrency={Concurrency}", $"Queue={Queue}", "MaxBatch=1", "RetryAfterSeconds=7"], RunningService.DecodingWith(inner => new WatchedDecoder(inner, gate.Pass)));

        // Two run, three wait, whichever they are, and 15 are turned away at once.
        List<Task<HttpResponseMessage>> requests = [.. Enumerable.Range(0, 20).Select(_ => service.PostAsync("/translations", new { texts = new[] { "狗追猫。" } }))];
        await gate.ArrivedAsync(Concurrency);
        for (int rejected = 0; rejected < 20 - Concurrency - Queue; rejected++)
        {
            Task<HttpResponseMessage> first = await Task.WhenAny(requests).WaitAsync(TimeSpan.FromSeconds(60));
            requests.Remove(first);
            using HttpResponseMessage response = await first;
            Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter?.Delta);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.Contains("7 s", (await RunningService.ReadJsonAsync(response)).GetProperty("detail").GetString());
        }

        // Streams share the limit; health and the page do not.
        using HttpResponseMessage stream = await service.PostAsync("/translate/stream", new { text = "狗" });
        Assert.Equal(HttpStatusCode.TooManyRequests, stream.StatusCode);
        using HttpResponseMessage health = await service.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        using HttpResponseMessage page = await service.Client.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        Assert.All(requests, static request => Assert.False(request.IsCompleted));
        gate.Open();
        foreach (HttpResponseMessage response in await Task.WhenAll(requests))
        {
            Assert.Equal("The dog chases the cat.", await FirstTranslationAsync(response));
            response.Dispose();
        }
    }

    [Fact]
    public async Task Under_load_every_answer_is_right_or_a_429()
    {
        await using RunningService service = await RunningService.StartAsync(["Concurrency=2", "Queue=8"]);
        using var measurements = new Measurements(service);
        (string Source, string Target)[] pairs = [("狗追猫。", "The dog chases the cat."), ("猫追狗。", "The cat chases the dog."), ("狗咬老虎。", "The dog bites the tiger.")];
        int translated = 0;
        await Parallel.ForAsync(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 30 }, async (i, _) =>
        {
            (string source, string target) = pairs[i % pairs.Length];
            using HttpResponseMessage response = await service.PostAsync("/translations", new { texts = new[] { source } });
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.NotNull(response.Headers.RetryAfter);
                return;
            }

            Assert.Equal(target, await FirstTranslationAsync(response));
            Interlocked.Increment(ref translated);
        });
        Assert.True(translated > 0);
        await measurements.ReachesAsync("requests", "/translations 200", translated);
        Assert.Equal(translated, measurements.Of("requests", "/translations 200").Sum());
        Assert.Equal(300 - translated, measurements.Of("requests", "/translations 429").Sum());
    }

    [Fact]
    public async Task Work_ends_when_its_client_goes_and_so_does_waiting()
    {
        await using RunningService service = await RunningService.StartAsync(["Concurrency=1", "Queue=32", "MaxWork=1000000"]);
        using var measurements = new Measurements(service);

        // It would take many seconds: 32 texts as long as they may be, with the widest beam.
        string text = new('狗', 124);
        using var cancellation = new CancellationTokenSource();
        Task<HttpResponseMessage> running = service.PostAsync("/translations", new { texts = Enumerable.Repeat(text, 32), beam = 8 }, cancellation.Token);
        await measurements.ReachesAsync("active", "", 1);
        using var waitingCancellation = new CancellationTokenSource();
        Task<HttpResponseMessage> waiting = service.PostAsync("/translations", new { texts = new[] { "狗" } }, waitingCancellation.Token);
        await measurements.ReachesAsync("active", "", 2);

        await waitingCancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await measurements.ReachesAsync("requests", "/translations 499", 1);
        Assert.False(running.IsCompleted);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await measurements.ReachesAsync("requests", "/translations 499", 2);

        using HttpResponseMessage next = await service.PostAsync("/translations", new { texts = new[] { "狗追猫。" } });
        Assert.Equal("The dog chases the cat.", await FirstTranslationAsync(next));
    }

    private static async Task<string?> FirstTranslationAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonElement answer = await RunningService.ReadJsonAsync(response);
        return answer.GetProperty("translations")[0].GetProperty("text").GetString();
    }
}

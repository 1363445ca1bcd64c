using System.Net;
using System.Text.Json;
using KernelGen.Samples.Translate;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Start, readiness, shutdown.</summary>
public sealed class LifetimeTests
{
    [Fact]
    public async Task The_service_is_ready_once_the_model_is_loaded_and_not_before()
    {
        using var gate = new Gate();
        await using WebApplication app = RunningService.Create(null, builder => builder.Services.AddKernelGenModel(_ =>
        {
            gate.Pass();
            return Translator.Load(Resources.Open("model.safetensors"));
        }));
        Task start = app.StartAsync(TestContext.Current.CancellationToken);
        await gate.ArrivedAsync(1);

        // Where the server listens it has a port: nothing can come too early.
        Assert.False(start.IsCompleted);
        Assert.All(app.Urls, static url => Assert.EndsWith(":0", url));
        gate.Open();
        await start;
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using HttpResponseMessage response = await client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonElement health = await RunningService.ReadJsonAsync(response);
        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.Equal(app.Services.GetRequiredService<Translator>().ToString(), health.GetProperty("checks").GetProperty("Translator").GetString());
    }

    [Fact]
    public async Task A_shutdown_finishes_what_runs_and_takes_on_nothing_more()
    {
        using var gate = new Gate();
        await using RunningService service = await RunningService.StartAsync(null, RunningService.DecodingWith(inner => new WatchedDecoder(inner, gate.Pass)));
        Task<HttpResponseMessage> translation = service.PostAsync("/translations", new { texts = new[] { "狗追猫。" } });
        Task<HttpResponseMessage> stream = service.PostAsync("/translate/stream", new { text = "猫追狗。" });
        await gate.ArrivedAsync(2);
        using HttpClient other = service.NewClient();
        Task stop = service.App.StopAsync(TestContext.Current.CancellationToken);

        // Kestrel closes its socket first, and then waits for what runs.
        for (bool refused = false; !refused;)
        {
            try
            {
                using HttpResponseMessage response = await other.GetAsync("/health");
                Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable);
            }
            catch (HttpRequestException)
            {
                refused = true;
            }
        }

        Assert.False(stop.IsCompleted);
        gate.Open();
        using HttpResponseMessage translated = await translation;
        Assert.Contains("The dog chases the cat.", await translated.Content.ReadAsStringAsync());
        using HttpResponseMessage streamed = await stream;
        List<(string Type, JsonElement Data)> events = await ServerSentEvents.ReadAllAsync(streamed);
        Assert.Equal("The cat chases the dog.", events[^1].Data.GetProperty("text").GetString());
        await stop;
    }

    [Fact]
    public async Task While_it_stops_it_is_not_ready()
    {
        await using RunningService service = await RunningService.StartAsync();
        HttpStatusCode status = default;
        service.App.Lifetime.ApplicationStopping.Register(() =>
        {
            // Kestrel still answers while this callback runs.
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
            using HttpResponseMessage response = service.Client.Send(request);
            status = response.StatusCode;
        });
        await service.App.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
    }
}

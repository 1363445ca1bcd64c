using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>The description of the service.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task Every_endpoint_for_programs_is_described_with_its_answers()
    {
        await using RunningService service = await RunningService.StartAsync();
        JsonElement document = JsonDocument.Parse(await service.Client.GetStringAsync("/openapi/v1.json")).RootElement;
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString());
        Dictionary<string, string[]> described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(static path => path.Value.EnumerateObject().Select(operation => (Key: $"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value)))
            .ToDictionary(static one => one.Key, static one => one.Value.GetProperty("responses").EnumerateObject().Select(static response => response.Name).Order().ToArray());
        Assert.Equal(
            ["GET /frontend/settings", "GET /languages", "GET /translate/stream", "POST /detect", "POST /translate", "POST /translate/stream", "POST /translations"],
            described.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["200"], described["GET /languages"]);
        Assert.Equal(["200", "400", "403", "429", "503"], described["GET /translate/stream"]);
        Assert.Equal(["200", "400", "403", "408", "413", "415", "429", "501", "503"], described["POST /detect"]);
        foreach (string withBody in new[] { "POST /translate", "POST /translations", "POST /translate/stream" })
        {
            Assert.Equal(["200", "400", "403", "408", "413", "415", "429", "503"], described[withBody]);
        }

        // Nothing is left out but the page, the description itself, and health.
        string[] routes = [.. service.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(static route => route.RoutePattern.RawText!).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["/", "/detect", "/frontend/settings", "/health", "/languages", "/openapi/{documentName}.json", "/page.css", "/page.js", "/service.js", "/translate", "/translate/stream", "/translations", "/words.js"], routes);
    }

    [Fact]
    public async Task Requests_are_described_with_their_fields()
    {
        await using RunningService service = await RunningService.StartAsync();
        JsonElement document = JsonDocument.Parse(await service.Client.GetStringAsync("/openapi/v1.json")).RootElement;
        JsonElement schemas = document.GetProperty("components").GetProperty("schemas");
        JsonElement request = schemas.GetProperty("TranslationRequest");
        Assert.Equal(["texts"], request.GetProperty("required").EnumerateArray().Select(static name => name.GetString()));
        Assert.Equal(["texts", "beam", "nBest", "attention"], request.GetProperty("properties").EnumerateObject().Select(static property => property.Name));
        Assert.All(request.GetProperty("properties").EnumerateObject(), static property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!));
        Assert.NotEmpty(schemas.GetProperty("StreamRequest").GetProperty("properties").GetProperty("text").GetProperty("description").GetString()!);
        Assert.True(document.GetProperty("paths").GetProperty("/translate/stream").GetProperty("post").GetProperty("responses").GetProperty("200").GetProperty("content").TryGetProperty("text/event-stream", out _));
    }
}

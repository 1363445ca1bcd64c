using System.Net.ServerSentEvents;
using System.Text.Json;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Reads a stream of the service.</summary>
internal static class ServerSentEvents
{
    public static async Task<List<(string Type, JsonElement Data)>> ReadAllAsync(HttpResponseMessage response)
    {
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = new List<(string, JsonElement)>();
        using Stream stream = await response.Content.ReadAsStreamAsync();
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync())
        {
            events.Add((item.EventType, JsonDocument.Parse(item.Data).RootElement));
        }

        return events;
    }
}

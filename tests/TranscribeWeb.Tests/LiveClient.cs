using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace KernelGen.Samples.TranscribeWeb.Tests;

/// <summary>A client of <c>/live</c>.</summary>
internal sealed class LiveClient(ClientWebSocket socket) : IDisposable
{
    /// <summary>Eleven seconds of speech: samples of 16 bits at 16 kHz.</summary>
    public static readonly byte[] Speech = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "jfk.wav"))[44..];

    public WebSocketCloseStatus? Status => socket.CloseStatus;

    public string? Reason => socket.CloseStatusDescription;

    public Task SendAsync(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    public Task SendAsync(byte[] bytes) => socket.SendAsync(bytes, WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);

    /// <summary>Sends samples in messages of a tenth of a second.</summary>
    public async Task SendSoundAsync(byte[] samples)
    {
        foreach (byte[] part in samples.Chunk(3200))
        {
            await SendAsync(part);
        }
    }

    /// <summary>Receives the next message; <see langword="null"/> at the end.</summary>
    public async Task<JsonElement?> ReceiveAsync()
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[4096];
        while (true)
        {
            WebSocketReceiveResult part = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await AnswerCloseAsync();
                return null;
            }

            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return JsonDocument.Parse(message.ToArray()).RootElement;
            }
        }
    }

    /// <summary>Answers that the other side closes; one that has no more to hear may not have waited for it.</summary>
    private async Task AnswerCloseAsync()
    {
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", TestContext.Current.CancellationToken);
        }
        catch (WebSocketException)
        {
            // The connection is gone, as it should be.
        }
    }

    /// <summary>Receives all messages to the end.</summary>
    public async Task<List<JsonElement>> ReceiveAllAsync()
    {
        var all = new List<JsonElement>();
        while (await ReceiveAsync() is { } message)
        {
            all.Add(message);
        }

        return all;
    }

    /// <summary>Goes away without a word.</summary>
    public void Abort() => socket.Abort();

    /// <summary>Closes the connection in the midst of it.</summary>
    public Task CloseAsync() => socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", TestContext.Current.CancellationToken);

    public void Dispose() => socket.Dispose();
}

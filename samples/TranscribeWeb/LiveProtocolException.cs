using System.Net.WebSockets;

namespace KernelGen.Samples.TranscribeWeb;

/// <summary>A client that does not do what was agreed.</summary>
/// <param name="status">How the connection is closed.</param>
/// <param name="message">What was wrong, and what to do.</param>
internal sealed class LiveProtocolException(WebSocketCloseStatus status, string message) : Exception(message)
{
    /// <summary>How the connection is closed.</summary>
    public WebSocketCloseStatus Status => status;
}

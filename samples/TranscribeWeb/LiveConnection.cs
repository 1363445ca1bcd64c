using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace KernelGen.Samples.TranscribeWeb;

/// <summary>The WebSocket of one client: its messages, of bounded length, and answers to them.</summary>
/// <param name="socket">The socket.</param>
/// <param name="idle">The longest time without a message.</param>
/// <param name="end">Ends the sound, as if the client had: the service stops, or the session has been long enough.</param>
/// <param name="gone">Ends everything: the client is gone.</param>
internal sealed class LiveConnection(WebSocket socket, TimeSpan idle, CancellationToken end, CancellationToken gone)
{
    /// <summary>The longest message, in bytes: some seconds of sound.</summary>
    public const int MostBytes = 1 << 18;

    private const WebSocketCloseStatus PolicyViolation = WebSocketCloseStatus.PolicyViolation;

    /// <summary>A client that takes nothing for so long is gone.</summary>
    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    private byte[] _message = new byte[1 << 14];
    private int _length;

    /// <summary>A message that is being received. A socket whose receiving is cancelled is of no use, so that this goes on when nobody waits for it.</summary>
    private Task<WebSocketMessageType>? _receiving;

    /// <summary>Receives the message that comes first.</summary>
    /// <exception cref="LiveProtocolException">It is another.</exception>
    public async Task<ClientMessage> ReceiveStartAsync(CancellationToken cancellationToken)
    {
        switch (await ReceiveAsync(cancellationToken))
        {
            case WebSocketMessageType.Text:
                ClientMessage start = ReadText();
                return start is { SampleRate: not null, End: false }
                    ? start
                    : throw new LiveProtocolException(PolicyViolation, """The first message has no sampleRate. Begin with {"sampleRate": 16000}.""");
            case WebSocketMessageType.Binary:
                throw new LiveProtocolException(PolicyViolation, """Samples came before the first message. Begin with {"sampleRate": 16000}.""");
            default:
                throw new OperationCanceledException("The client has closed the connection.");
        }
    }

    /// <summary>Receives samples of 16 bits to the end of the sound.</summary>
    /// <param name="cancellationToken">Ends the receiving.</param>
    /// <exception cref="LiveProtocolException">A message is none that there is.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<float>> SamplesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        float[] samples = [];
        while (await ReceiveAsync(cancellationToken) is { } kind && kind != WebSocketMessageType.Close)
        {
            if (kind == WebSocketMessageType.Text)
            {
                if (ReadText() is { SampleRate: null, Language: null, Translate: false, End: true })
                {
                    yield break;
                }

                throw new LiveProtocolException(PolicyViolation, """A text came within the sound. Send samples, and {"end": true} behind them.""");
            }

            if (_length % sizeof(short) != 0)
            {
                throw new LiveProtocolException(WebSocketCloseStatus.InvalidPayloadData, $"A message has {_length} bytes, which are no whole samples of 16 bits. Send an even number.");
            }

            int count = _length / sizeof(short);
            Array.Resize(ref samples, Math.Max(samples.Length, count));
            for (int i = 0; i < count; i++)
            {
                samples[i] = BinaryPrimitives.ReadInt16LittleEndian(_message.AsSpan(i * sizeof(short))) / 32768f;
            }

            yield return samples.AsMemory(0, count);
        }

        if (socket.State == WebSocketState.CloseReceived)
        {
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, "The client has closed the connection within the sound.");
        }
    }

    /// <summary>Sends a message.</summary>
    public async Task SendAsync(ServiceMessage message)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(gone);
        patience.CancelAfter(SendPatience);
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, LiveJson.Default.ServiceMessage), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
    }

    /// <summary>Closes the connection, and waits a little for the client to do so, too.</summary>
    /// <param name="status">Why.</param>
    /// <param name="reason">Why, for people; at most 123 bytes are sent.</param>
    public async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(gone);
        patience.CancelAfter(ClosePatience);
        while (Encoding.UTF8.GetByteCount(reason) > 123)
        {
            reason = reason[..^1];
        }

        await socket.CloseOutputAsync(status, reason, patience.Token);
        while (socket.State == WebSocketState.CloseSent)
        {
            // What still comes is not wanted.
            _receiving ??= ReceiveMessageAsync(discards: true);
            await _receiving.WaitAsync(patience.Token);
            _receiving = null;
        }
    }

    /// <summary>Ends a connection whose client is gone, or says that it goes.</summary>
    public async Task LeaveAsync()
    {
        if (socket.State == WebSocketState.CloseReceived)
        {
            using var patience = new CancellationTokenSource(ClosePatience);
            try
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", patience.Token);
                return;
            }
            catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
            {
                // It does not answer any more.
            }
        }

        socket.Abort();
    }

    /// <summary>Receives a whole message.</summary>
    /// <returns>Its kind; <see cref="WebSocketMessageType.Close"/> where the sound has ended.</returns>
    private async Task<WebSocketMessageType> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end);
        _receiving ??= ReceiveMessageAsync(discards: false);
        try
        {
            WebSocketMessageType kind = await _receiving.WaitAsync(idle, waiting.Token);
            _receiving = null;
            return kind;
        }
        catch (TimeoutException)
        {
            throw new LiveProtocolException(PolicyViolation, $"Nothing came for {idle.TotalSeconds:0} seconds. What was heard before is written.");
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return WebSocketMessageType.Close;
        }
    }

    private async Task<WebSocketMessageType> ReceiveMessageAsync(bool discards)
    {
        _length = 0;
        while (true)
        {
            if (_length == _message.Length)
            {
                if (_length >= MostBytes)
                {
                    throw new LiveProtocolException(WebSocketCloseStatus.MessageTooBig, $"A message is longer than {MostBytes} bytes. Send the sound in shorter parts.");
                }

                Array.Resize(ref _message, 2 * _length);
            }

            ValueWebSocketReceiveResult part = await socket.ReceiveAsync(_message.AsMemory(_length), gone);
            _length = discards ? 0 : _length + part.Count;
            if (part.EndOfMessage)
            {
                return part.MessageType;
            }
        }
    }

    private ClientMessage ReadText()
    {
        try
        {
            return JsonSerializer.Deserialize(_message.AsSpan(0, _length), LiveJson.Default.ClientMessage)
                ?? throw new LiveProtocolException(WebSocketCloseStatus.InvalidPayloadData, "A text is null. Send an object.");
        }
        catch (JsonException exception)
        {
            string place = exception.Path is { Length: > 2 } path ? $" at \"{path[2..]}\"" : "";
            throw new LiveProtocolException(
                WebSocketCloseStatus.InvalidPayloadData, $$"""A text is not the JSON that was expected{{place}}. There are {"sampleRate": 16000, "language": "de", "translate": false} and {"end": true}.""");
        }
    }
}

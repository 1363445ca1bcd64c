using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using KernelGen.Audio;

namespace KernelGen.Samples.TranscribeWeb;

/// <summary><c>/live</c>: samples come over a WebSocket, words go back.</summary>
internal sealed class LiveEndpoint(SpeechToText speech, ServiceSettings settings, IHostApplicationLifetime lifetime, ILogger<LiveEndpoint> logger)
{
    /// <summary>What a connection is closed with that may come again later (RFC 6455, registry of IANA).</summary>
    private const WebSocketCloseStatus TryAgainLater = (WebSocketCloseStatus)1013;

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _places = new(settings.Sessions);

    /// <summary>How many more sessions there can be.</summary>
    public int FreePlaces => _places.CurrentCount;

    public static void Map(IEndpointRouteBuilder app) => app.MapMethods(
        "/live",
        [HttpMethods.Get, HttpMethods.Connect],
        static (LiveEndpoint endpoint, HttpContext context) => endpoint.HandleAsync(context));

    private async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await TypedResults.Problem("Connect with a WebSocket.", statusCode: StatusCodes.Status426UpgradeRequired).ExecuteAsync(context);
            return;
        }

        // A page of somebody else's can open a WebSocket to this computer, and browsers say whose it is.
        if (context.Request.Headers.Origin is [{ } origin] && !(Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) && page.Authority.Equals(HostOf(context.Request), StringComparison.OrdinalIgnoreCase)))
        {
            await TypedResults.Problem("The page is not one of this service.", statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
            return;
        }

        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = KeepAlive, KeepAliveTimeout = KeepAlive });
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
        end.CancelAfter(TimeSpan.FromMinutes(settings.SessionMinutes));
        var connection = new LiveConnection(socket, TimeSpan.FromSeconds(settings.IdleSeconds), end.Token, gone.Token);
        try
        {
            if (!_places.Wait(0, CancellationToken.None))
            {
                await FailAsync(connection, TryAgainLater, "All places are taken. Try again later.");
                return;
            }

            try
            {
                await RunAsync(connection, gone);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            await connection.LeaveAsync();
        }
    }

    private async Task RunAsync(LiveConnection connection, CancellationTokenSource gone)
    {
        try
        {
            ClientMessage start = await connection.ReceiveStartAsync(gone.Token);
            var options = new TranscriptionOptions
            {
                Language = string.IsNullOrEmpty(start.Language) ? null : start.Language,
                Task = start.Translate ? TranscriptionTask.Translate : TranscriptionTask.Transcribe,
                Threads = settings.Threads,
            };
            var live = new LiveTranscriptionOptions { SampleRate = start.SampleRate!.Value, Interval = TimeSpan.FromMilliseconds(settings.IntervalMilliseconds) };
            IAsyncEnumerable<LiveTranscript> updates = speech.TranscribeAsync(EndWhereGone(connection, gone), options, live, gone.Token);
            await connection.SendAsync(new ServiceMessage { Listens = true });
            await foreach (LiveTranscript update in updates)
            {
                await connection.SendAsync(ServiceMessage.Of(update));
            }

            if (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                await connection.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "The service stops. What was heard is written.");
                return;
            }

            await connection.CloseAsync(WebSocketCloseStatus.NormalClosure, "All that was heard is written.");
        }
        catch (LiveProtocolException wrong)
        {
            await FailAsync(connection, wrong.Status, wrong.Message);
        }
        catch (ArgumentException wrong)
        {
            string message = wrong.Message.Replace($" (Parameter '{wrong.ParamName}')", "", StringComparison.Ordinal);
            await FailAsync(connection, WebSocketCloseStatus.PolicyViolation, message);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or WebSocketException))
        {
            logger.LogError(exception, "A session failed.");
            await FailAsync(connection, WebSocketCloseStatus.InternalServerError, "The service failed. Try again.");
        }
    }

    /// <summary>The samples of a client. When it is gone, so is everything: nobody reads what would still be heard.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<float>> EndWhereGone(
        LiveConnection connection, CancellationTokenSource gone, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using IAsyncEnumerator<ReadOnlyMemory<float>> samples = connection.SamplesAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await samples.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (WebSocketException)
            {
                await gone.CancelAsync();
                throw;
            }

            yield return samples.Current;
        }
    }

    private static async Task FailAsync(LiveConnection connection, WebSocketCloseStatus status, string message)
    {
        await connection.SendAsync(new ServiceMessage { Error = message });
        await connection.CloseAsync(status, message);
    }

    private static string HostOf(HttpRequest request) => request.Host.Value ?? "";
}

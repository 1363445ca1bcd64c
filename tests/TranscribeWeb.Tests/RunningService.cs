using System.Net.WebSockets;
using KernelGen.Audio;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KernelGen.Samples.TranscribeWeb.Tests;

/// <summary>The service as it runs, on a free port.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private RunningService(WebApplication app)
    {
        App = app;
        Client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = Address };
    }

    public WebApplication App { get; }

    public Uri Address => new(App.Urls.Single());

    public HttpClient Client { get; }

    public LiveEndpoint Endpoint => App.Services.GetRequiredService<LiveEndpoint>();

    /// <param name="model">The model.</param>
    /// <param name="settings">Settings of the section "Transcribe", such as <c>Sessions=1</c>.</param>
    public static async Task<RunningService> StartAsync(LoadedModel model, params string[] settings)
    {
        WebApplication app = WebService.Create(
            ["--urls=http://127.0.0.1:0", $"--Transcribe:Model={model.Folder}", .. settings.Select(static setting => $"--Transcribe:{setting}")],
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton<SpeechToText>(model.Speech);
            });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningService(app);
    }

    /// <summary>Connects to <c>/live</c>.</summary>
    /// <param name="origin">The page that connects, or <see langword="null"/> where it is none.</param>
    public async Task<LiveClient> ConnectAsync(string? origin = null)
    {
        var socket = new ClientWebSocket();
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        var address = new UriBuilder(Address) { Scheme = "ws", Path = "/live" };
        await socket.ConnectAsync(address.Uri, TestContext.Current.CancellationToken);
        return new LiveClient(socket);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }
}

using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using KernelGen.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>The service as it runs, on a free port, with a client.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private RunningService(WebApplication app)
    {
        App = app;
        Client = NewClient();
    }

    public WebApplication App { get; }

    public Uri Address => new(App.Urls.Single());

    public HttpClient Client { get; }

    /// <param name="settings">Settings of the section "Translate", such as <c>Concurrency=1</c>.</param>
    /// <param name="configure">Changes services.</param>
    /// <param name="arguments">Other arguments, such as <c>--AllowedHosts=*</c>.</param>
    public static async Task<RunningService> StartAsync(string[]? settings = null, Action<WebApplicationBuilder>? configure = null, params string[] arguments)
    {
        WebApplication app = Create(settings, configure, arguments);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningService(app);
    }

    public static WebApplication Create(string[]? settings = null, Action<WebApplicationBuilder>? configure = null, params string[] arguments) => WebService.Create(
        ["--urls=http://127.0.0.1:0", .. arguments, .. (settings ?? []).Select(static setting => $"--Translate:{setting}")],
        builder =>
        {
            builder.Logging.ClearProviders();
            configure?.Invoke(builder);
        });

    /// <summary>Puts a decoder in the place of the one that makes translations of tokens.</summary>
    public static Action<WebApplicationBuilder> DecodingWith(Func<ITokenDecoder, ITokenDecoder> wrap) => builder =>
        builder.Services.AddSingleton(wrap(SentencePieceDecoder.Load(Resources.Open("target.spm"))));

    /// <summary>A client with connections of its own.</summary>
    public HttpClient NewClient() => new(new SocketsHttpHandler()) { BaseAddress = Address };

    public Task<HttpResponseMessage> PostAsync(string path, object body, CancellationToken cancellationToken = default) =>
        Client.PostAsJsonAsync(path, body, cancellationToken);

    public Task<HttpResponseMessage> PostJsonAsync(string path, string json) =>
        Client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }

    public static async Task<JsonElement> ReadJsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
}

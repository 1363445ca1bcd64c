using KernelGen.Checkpoints;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace KernelGen.Extensions.Hosting.Tests;

/// <summary>Registered models, in a container alone and in a host.</summary>
public sealed class ModelRegistrationTests
{
    private static readonly string Weights = Path.Combine(AppContext.BaseDirectory, "Data", "model.safetensors");

    /// <summary>The first source of the golden and its greedy target.</summary>
    private static readonly int[] Source = [41, 91, 91, 27, 87, 33, 89, 22, 32];
    private static readonly int[] Target = [83, 82, 28, 82, 28, 82, 28, 21, 21, 21, 21, 21, 21, 21, 21, 21];

    [Fact]
    public void A_container_loads_the_model_when_it_is_asked_for_and_disposes_it()
    {
        int loaded = 0;
        Translator model;
        using (ServiceProvider services = new ServiceCollection().AddKernelGenModel(_ => Load(ref loaded)).BuildServiceProvider())
        {
            Assert.Equal(0, loaded);
            model = services.GetRequiredService<Translator>();
            Assert.Same(model, services.GetRequiredService<Translator>());
            Assert.Equal(1, loaded);
            Assert.Equal(Target, model.Generate(Source, new GenerationOptions { MaxLength = 16 }).Hypotheses[0].Tokens);
        }

        Assert.Throws<ObjectDisposedException>(() => model.Generate(Source));
    }

    [Fact]
    public async Task A_host_loads_the_model_before_it_starts_a_service()
    {
        int loaded = 0;
        var builder = Host.CreateEmptyApplicationBuilder(null);

        // Registered before the model, so it starts before whatever starts in the same stage.
        var service = new Observer(() => loaded);
        builder.Services.AddSingleton<IHostedService>(service);
        builder.Services.AddKernelGenModel(_ => Load(ref loaded));
        Translator model;
        using (IHost host = builder.Build())
        {
            Assert.Equal(0, loaded);
            await host.StartAsync(TestContext.Current.CancellationToken);
            Assert.Equal(1, service.LoadedAtStart);
            model = host.Services.GetRequiredService<Translator>();
            Assert.Equal(1, loaded);
            await host.StopAsync(TestContext.Current.CancellationToken);

            // Services that end after the host stopped may still use it.
            Assert.NotEmpty(model.Generate(Source).Hypotheses);
        }

        Assert.Throws<ObjectDisposedException>(() => model.Generate(Source));
    }

    [Fact]
    public async Task A_container_that_is_disposed_while_the_model_loads_disposes_it()
    {
        using var loading = new ManualResetEventSlim();
        using var disposed = new ManualResetEventSlim();
        Translator? model = null;
        ServiceProvider services = new ServiceCollection()
            .AddKernelGenModel(_ =>
            {
                loading.Set();
                disposed.Wait(TestContext.Current.CancellationToken);
                return model = Translator.Load(Weights);
            })
            .BuildServiceProvider();
        Task<Translator> asking = Task.Run(services.GetRequiredService<Translator>, TestContext.Current.CancellationToken);
        loading.Wait(TestContext.Current.CancellationToken);
        services.Dispose();
        disposed.Set();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => asking);
        Assert.Contains(nameof(Translator), Assert.Throws<ObjectDisposedException>(() => model!.Generate(Source)).Message);
    }

    [Fact]
    public async Task A_container_that_is_disposed_during_calls_lets_them_end()
    {
        ServiceProvider services = new ServiceCollection().AddKernelGenModel(static _ => Translator.Load(Weights)).BuildServiceProvider();
        Translator model = services.GetRequiredService<Translator>();
        var options = new GenerationOptions { MaxLength = 16 };
        using IEnumerator<GeneratedToken> stream = model.Stream(Source, options).GetEnumerator();
        Assert.True(stream.MoveNext());
        Task<int>[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(
            () =>
            {
                for (int calls = 0; ; calls++)
                {
                    try
                    {
                        Assert.Equal(Target, model.Generate(Source, options).Hypotheses[0].Tokens);
                    }
                    catch (ObjectDisposedException)
                    {
                        return calls;
                    }
                }
            },
            TestContext.Current.CancellationToken))];
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await services.DisposeAsync();
        Assert.True((await Task.WhenAll(callers)).Sum() > 0);
        var tokens = new List<int>();
        do
        {
            tokens.Add(stream.Current.Token);
        }
        while (stream.MoveNext());
        Assert.Equal(Target, tokens);
    }

    [Fact]
    public async Task A_bad_weights_file_ends_the_start_of_the_host()
    {
        string path = Path.GetTempFileName();
        try
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddKernelGenModel(_ => Translator.Load(path));
            using IHost host = builder.Build();
            await Assert.ThrowsAsync<CheckpointException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Of_two_registrations_the_last_is_loaded()
    {
        int first = 0, last = 0;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddKernelGenModel(_ => Load(ref first)).AddKernelGenModel(_ => Load(ref last));
        using IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, 1), (first, last));
    }

    [Fact]
    public void What_loads_gets_the_services()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddSingleton(new ModelLoadOptions { Precision = WeightPrecision.BFloat16 })
            .AddKernelGenModel(static services => Translator.Load(Weights, services.GetRequiredService<ModelLoadOptions>()))
            .BuildServiceProvider();
        using Translator other = Translator.Load(Weights);
        Assert.True(services.GetRequiredService<Translator>().WeightMemory < other.WeightMemory);
    }

    [Fact]
    public void Nothing_and_what_loads_nothing_is_refused()
    {
        var none = new ServiceCollection();
        Assert.Equal("load", Assert.Throws<ArgumentNullException>(() => none.AddKernelGenModel<Translator>(null!)).ParamName);
        Assert.Equal("services", Assert.Throws<ArgumentNullException>(() => KernelGenServiceCollectionExtensions.AddKernelGenModel(null!, static _ => Translator.Load(Weights))).ParamName);
        using ServiceProvider services = none.AddKernelGenModel<Translator>(static _ => null!).BuildServiceProvider();
        Assert.Contains("Translator", Assert.Throws<InvalidOperationException>(services.GetRequiredService<Translator>).Message);
    }

    private static Translator Load(ref int loaded)
    {
        loaded++;
        return Translator.Load(Weights);
    }

    /// <summary>Notes how many models were loaded when it was started.</summary>
    private sealed class Observer(Func<int> loaded) : IHostedService
    {
        public int LoadedAtStart { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            LoadedAtStart = loaded();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

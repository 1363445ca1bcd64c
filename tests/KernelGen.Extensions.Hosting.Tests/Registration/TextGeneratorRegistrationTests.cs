using KernelGen.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace KernelGen.Extensions.Hosting.Tests.Registration;

/// <summary>Text generators that are opened from folders, as the configuration says.</summary>
[Collection("queues")]
public sealed class TextGeneratorRegistrationTests : IDisposable
{
    private readonly MarianFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_host_opens_the_folder_that_the_configuration_names_and_says_so_in_the_log()
    {
        var log = new LogLines();
        HostApplicationBuilder builder = EmptyHost.Configured(("Translator:Folder", _folder.Path), ("Translator:Precision", "BFloat16"));
        builder.Logging.AddProvider(log);
        builder.Services.AddTextGenerator<LetterMarian>(builder.Configuration.GetSection("Translator"));
        LetterMarian model;
        using (IHost host = builder.Build())
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            string line = Assert.Single(log.Lines);
            Assert.Matches(@"^Loaded in \d+\.\d\d s, 0\.\d MB of weights: LetterMarian: Marian, 64 wide, .*, BFloat16, ", line);
            TextGenerator generator = host.Services.GetRequiredService<TextGenerator>();
            model = host.Services.GetRequiredService<LetterMarian>();
            Assert.Same(model, generator.Model);
            using TextGenerator alone = TextGenerator.Open<LetterMarian>(_folder.Path, new TextGeneratorOpenOptions { Load = new ModelLoadOptions { Precision = WeightPrecision.BFloat16 } });
            Assert.Equal(alone.Generate("a b c").Text, generator.Generate("a b c").Text);
            await host.StopAsync(TestContext.Current.CancellationToken);
        }

        Assert.Throws<ObjectDisposedException>(() => model.Generate([model.EndToken]));
    }

    [Fact]
    public void Two_weight_files_of_one_declaration_have_a_key_each()
    {
        using (LetterMarian model = LetterMarian.Load(_folder.Path, new ModelLoadOptions { Precision = WeightPrecision.Int8 }))
        {
            model.Save(Path.Combine(_folder.Path, "small.packed"));
        }

        using ServiceProvider services = new ServiceCollection()
            .AddKeyedTextGenerator<LetterMarian>("exact", settings => settings.Folder = _folder.Path)
            .AddKeyedTextGenerator<LetterMarian>("small", settings => (settings.Folder, settings.Weights) = (_folder.Path, "small.packed"))
            .AddKeyedKernelGenModel("alone", _ => LetterMarian.Load(_folder.Path))
            .BuildServiceProvider();
        var exact = services.GetRequiredKeyedService<LetterMarian>("exact");
        var small = services.GetRequiredKeyedService<LetterMarian>("small");
        Assert.True(small.WeightMemory < exact.WeightMemory);
        Assert.NotSame(exact, services.GetRequiredKeyedService<LetterMarian>("alone"));
        Assert.Same(small, services.GetRequiredKeyedService<TextGenerator>("small").Model);
        Assert.Null(services.GetService<LetterMarian>());
    }

    [Theory]
    [InlineData("Weights", "model.safetensors", "There is no Folder.")]
    [InlineData("Precision", "7", "Precision is none that there is.")]
    [InlineData("LongTexts", "9", "LongTexts is none that there is.")]
    public async Task Settings_that_cannot_be_end_the_start_of_the_host(string setting, string value, string message)
    {
        HostApplicationBuilder builder = EmptyHost.Configured(($"Translator:{setting}", value), ("Translator:Folder", setting == "Weights" ? "" : _folder.Path));
        builder.Services.AddTextGenerator<LetterMarian>(builder.Configuration.GetSection("Translator"));
        var exception = await builder.FailureOfStartAsync<OptionsValidationException>();
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Precison", "Int8", "Precison")]
    [InlineData("Precision", "Int7", "Translator:Precision")]
    public async Task Settings_that_are_misspelt_end_the_start_of_the_host(string setting, string value, string named)
    {
        HostApplicationBuilder builder = EmptyHost.Configured(($"Translator:{setting}", value), ("Translator:Folder", _folder.Path));
        builder.Services.AddTextGenerator<LetterMarian>(builder.Configuration.GetSection("Translator"));
        var exception = await builder.FailureOfStartAsync<InvalidOperationException>();
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_ends_the_start_of_the_host()
    {
        HostApplicationBuilder builder = EmptyHost.Configured(("Translator:Folder", Path.Combine(_folder.Path, "none")));
        builder.Services.AddTextGenerator<LetterMarian>(builder.Configuration.GetSection("Translator"));
        await builder.FailureOfStartAsync<DirectoryNotFoundException>();
    }

    [Fact]
    public async Task Health_is_that_of_the_model_and_of_the_queue()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddLogging()
            .AddTextGenerator<LetterMarian>(settings => settings.Folder = _folder.Path)
            .AddTextGenerationQueue(static options => (options.Capacity, options.Workers) = (1, 1))
            .AddHealthChecks().AddKernelGenModel<LetterMarian>().AddTextGenerationQueue().Services
            .BuildServiceProvider();
        var health = services.GetRequiredService<HealthCheckService>();
        var queue = services.GetRequiredService<TextGenerationQueue>();
        HealthReport report = await health.CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.StartsWith("LetterMarian: Marian", report.Entries["LetterMarian"].Description);
        Assert.Equal("0 of at most 1 texts wait.", report.Entries["queue"].Description);

        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        Task<bool> running = queue.RunAsync((_, _) => { begun.Set(); gate.Wait(); return true; }, TestContext.Current.CancellationToken);
        begun.Wait(TestContext.Current.CancellationToken);
        Task<TextGenerationResult> waiting = queue.GenerateAsync("a", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Degraded, (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status);
        gate.Set();
        await Task.WhenAll(running, waiting);
        await queue.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task A_host_that_stops_lets_its_queue_finish()
    {
        HostApplicationBuilder builder = EmptyHost.Configured(("Queue:Workers", "1"), ("Queue:MaxWait", "00:00:00.001"));
        builder.Services.AddTextGenerator<LetterMarian>(settings => settings.Folder = _folder.Path).AddTextGenerationQueue(builder.Configuration.GetSection("Queue"));
        using IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var queue = host.Services.GetRequiredService<TextGenerationQueue>();
        Task<TextGenerationResult>[] taken = [.. Enumerable.Range(0, 20).Select(i => queue.GenerateAsync($"number {i}", cancellationToken: TestContext.Current.CancellationToken))];
        await host.StopAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(taken);
        await Assert.ThrowsAsync<QueueStoppedException>(() => queue.GenerateAsync("late", cancellationToken: TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("Capacity", "0", "Capacity must be between 1 and 1000000")]
    [InlineData("MaxWait", "00:02:00", "MaxWait goes from 0 to a minute.")]
    [InlineData("TrimAfter", "00:00:00", "TrimAfter goes from a millisecond to a day.")]
    public async Task Options_of_a_queue_that_cannot_be_end_the_start_of_the_host(string option, string value, string message)
    {
        HostApplicationBuilder builder = EmptyHost.Configured(($"Queue:{option}", value));
        builder.Services.AddTextGenerator<LetterMarian>(settings => settings.Folder = _folder.Path).AddTextGenerationQueue(builder.Configuration.GetSection("Queue"));
        var exception = await builder.FailureOfStartAsync<OptionsValidationException>();
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }
}

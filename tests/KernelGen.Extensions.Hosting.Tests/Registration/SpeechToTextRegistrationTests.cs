using KernelGen.Audio;
using KernelGen.Extensions.Hosting.Tests.Telemetry;
using KernelGen.Tests.Speech;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace KernelGen.Extensions.Hosting.Tests.Registration;

/// <summary>Speech to text that is opened from a folder, as the configuration says.</summary>
[Collection("telemetry")]
public sealed class SpeechToTextRegistrationTests(WhisperFolder folder) : IClassFixture<WhisperFolder>
{
    private static readonly TranscriptionOptions Options = new() { Language = "en", Temperatures = [0], MaximumTokensPerWindow = 20 };

    [Fact]
    public async Task A_host_opens_the_folder_that_the_configuration_names_and_says_so_in_the_log()
    {
        var log = new LogLines();
        HostApplicationBuilder builder = EmptyHost.Configured(("Whisper:Folder", folder.Path), ("Whisper:Precision", "BFloat16"));
        builder.Logging.AddProvider(log);
        builder.Services.AddSpeechToText<ListeningWhisper>(builder.Configuration.GetSection("Whisper"));
        SpeechToText speech;
        using (IHost host = builder.Build())
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            string line = Assert.Single(log.Lines);
            Assert.Matches(@"^Loaded in \d+\.\d\d s, \d+\.\d MB of weights: ListeningWhisper: Whisper, 48 wide, .*, BFloat16, ", line);
            speech = host.Services.GetRequiredService<SpeechToText>();
            Assert.Same(speech.Model, host.Services.GetRequiredService<ListeningWhisper>());
            using SpeechToText alone = SpeechToText.Open<ListeningWhisper>(folder.Path, new ModelLoadOptions { Precision = WeightPrecision.BFloat16 });
            Transcript heard = speech.Transcribe(WhisperFolder.Speech, Options, TestContext.Current.CancellationToken);
            Assert.NotEmpty(heard.Segments);
            Assert.Equal(alone.Transcribe(WhisperFolder.Speech, Options, TestContext.Current.CancellationToken).ToJson(), heard.ToJson());
            await host.StopAsync(TestContext.Current.CancellationToken);

            // Services that end after the host stopped may still use it.
            Assert.NotEmpty(speech.Transcribe(WhisperFolder.Speech, Options, TestContext.Current.CancellationToken).Text);
        }

        Assert.Throws<ObjectDisposedException>(() => speech.Transcribe(WhisperFolder.Speech, Options));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task The_start_of_the_host_runs_the_model_where_it_is_to_be_warm(bool isWarm, int times)
    {
        using var measured = new Measurements(nameof(ListeningWhisper));
        HostApplicationBuilder builder = EmptyHost.Configured();
        builder.Services.AddSpeechToText<ListeningWhisper>(settings => (settings.Folder, settings.WarmUp) = (folder.Path, isWarm));
        using IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(times, measured.Of("kernelgen.encode.duration").Length);
        Assert.Equal(Enumerable.Repeat(2.0, times), measured.Of("kernelgen.generation.tokens"));
    }

    [Fact]
    public void Two_weight_files_of_one_declaration_have_a_key_each()
    {
        string packed = Path.Combine(folder.Path, "small.packed");
        using (ListeningWhisper model = ListeningWhisper.Load(folder.Path, new ModelLoadOptions { Precision = WeightPrecision.Int8 }))
        {
            model.Save(packed);
        }

        using ServiceProvider services = new ServiceCollection()
            .AddKeyedSpeechToText<ListeningWhisper>("exact", settings => (settings.Folder, settings.Precision) = (folder.Path, WeightPrecision.Float32))
            .AddKeyedSpeechToText<ListeningWhisper>("small", EmptyHost.Configured(("Folder", folder.Path), ("Weights", "small.packed"), ("WarmUp", "false")).Configuration)
            .BuildServiceProvider();
        var exact = services.GetRequiredKeyedService<ListeningWhisper>("exact");
        var small = services.GetRequiredKeyedService<ListeningWhisper>("small");
        Assert.Contains(", Float32, ", exact.ToString());
        Assert.Contains(", Int8, ", small.ToString());
        Assert.Same(small, services.GetRequiredKeyedService<SpeechToText>("small").Model);
        Assert.Same(services.GetRequiredKeyedService<SpeechToText>("exact"), services.GetRequiredKeyedService<SpeechToText>("exact"));
        Assert.Null(services.GetService<SpeechToText>());
        Assert.Null(services.GetService<ListeningWhisper>());
    }

    [Fact]
    public async Task What_has_a_key_is_loaded_when_the_host_starts()
    {
        var log = new LogLines();
        HostApplicationBuilder builder = EmptyHost.Configured();
        builder.Logging.AddProvider(log);
        builder.Services
            .AddKeyedSpeechToText<ListeningWhisper>("first", settings => settings.Folder = folder.Path)
            .AddKeyedSpeechToText<ListeningWhisper>("second", settings => settings.Folder = folder.Path);
        using IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, log.Lines.Count);
    }

    [Theory]
    [InlineData("Weights", "model.safetensors", "There is no Folder.")]
    [InlineData("Precision", "7", "Precision is none that there is.")]
    public async Task Settings_that_cannot_be_end_the_start_of_the_host(string setting, string value, string message)
    {
        HostApplicationBuilder builder = EmptyHost.Configured(($"Whisper:{setting}", value), ("Whisper:Folder", setting == "Weights" ? "" : folder.Path));
        builder.Services.AddSpeechToText<ListeningWhisper>(builder.Configuration.GetSection("Whisper"));
        var exception = await builder.FailureOfStartAsync<OptionsValidationException>();
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SplitSentences", "true", "SplitSentences")]
    [InlineData("Precision", "Int7", "Whisper:Precision")]
    public async Task Settings_that_are_misspelt_end_the_start_of_the_host(string setting, string value, string named)
    {
        HostApplicationBuilder builder = EmptyHost.Configured(($"Whisper:{setting}", value), ("Whisper:Folder", folder.Path));
        builder.Services.AddSpeechToText<ListeningWhisper>(builder.Configuration.GetSection("Whisper"));
        var exception = await builder.FailureOfStartAsync<InvalidOperationException>();
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_or_damaged_ends_the_start_of_the_host()
    {
        await Opening(Path.Combine(folder.Path, "none")).FailureOfStartAsync<DirectoryNotFoundException>();
        using var damaged = new WhisperFolder();
        File.WriteAllText(Path.Combine(damaged.Path, "tokenizer.json"), "{");
        await Opening(damaged.Path).FailureOfStartAsync<InvalidDataException>();
        File.Delete(Path.Combine(damaged.Path, "tokenizer.json"));
        await Opening(damaged.Path).FailureOfStartAsync<FileNotFoundException>();

        static HostApplicationBuilder Opening(string path)
        {
            HostApplicationBuilder builder = EmptyHost.Configured();
            builder.Services.AddSpeechToText<ListeningWhisper>(settings => settings.Folder = path);
            return builder;
        }
    }

    [Fact]
    public async Task Health_is_that_of_the_model_with_a_key_or_without()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddLogging()
            .AddSpeechToText<ListeningWhisper>(settings => settings.Folder = folder.Path)
            .AddKeyedSpeechToText<ListeningWhisper>("other", settings => settings.Folder = folder.Path)
            .AddHealthChecks().AddKernelGenModel<ListeningWhisper>().AddKernelGenModel<ListeningWhisper>(key: "other").Services
            .BuildServiceProvider();
        var health = services.GetRequiredService<HealthCheckService>();
        HealthReport report = await health.CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.All(["ListeningWhisper", "ListeningWhisper other"], name => Assert.StartsWith("ListeningWhisper: Whisper", report.Entries[name].Description));

        services.GetRequiredService<SpeechToText>().Dispose();
        report = await health.CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.IsType<ObjectDisposedException>(report.Entries["ListeningWhisper"].Exception);
        Assert.Equal(HealthStatus.Healthy, report.Entries["ListeningWhisper other"].Status);
    }

    [Fact]
    public void Nothing_is_refused()
    {
        var none = new ServiceCollection();
        Assert.Equal("services", Assert.Throws<ArgumentNullException>(() => KernelGenServiceCollectionExtensions.AddSpeechToText<ListeningWhisper>(null!, static _ => { })).ParamName);
        Assert.Equal("configure", Assert.Throws<ArgumentNullException>(() => none.AddSpeechToText<ListeningWhisper>((Action<SpeechToTextSettings>)null!)).ParamName);
        Assert.Equal("section", Assert.Throws<ArgumentNullException>(() => none.AddSpeechToText<ListeningWhisper>((Microsoft.Extensions.Configuration.IConfiguration)null!)).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => none.AddKeyedSpeechToText<ListeningWhisper>(null!, static _ => { })).ParamName);
    }
}

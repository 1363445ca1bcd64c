using KernelGen;
using KernelGen.Audio;
using KernelGen.Extensions.Hosting;
using KernelGen.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers models, what makes text of text or of speech with them, and queues before them.</summary>
/// <remarks>
/// What is registered here is a singleton: whoever asks for it gets the one that is loaded, for all of it is thread-safe. The container disposes it.
/// In a host models are loaded while the host starts, before any service of it does, so that bad weights end the start with their exception and no
/// request waits for the first use; the log says how long it took. Without a host they are loaded when they are first asked for. What is registered twice is loaded as the
/// last registration says. With a key, as <c>[FromKeyedServices("key")]</c> asks for it, there are any number of each.
/// </remarks>
public static class KernelGenServiceCollectionExtensions
{
    /// <summary>Registers a model.</summary>
    /// <typeparam name="TModel">The declared model.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="load">Loads the model, for example <c>_ => Translator.Load("model.packed")</c>; called once.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddKernelGenModel<TModel>(this IServiceCollection services, Func<IServiceProvider, TModel> load)
        where TModel : TransformerModel
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(load);
        services.AddSingleton(provider => Load(provider, load));
        return LoadAtStart<TModel>(services, key: null);
    }

    /// <summary>Registers a model with a key: one of several with weights of their own.</summary>
    /// <typeparam name="TModel">The declared model.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="load">Loads the model; called once.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddKeyedKernelGenModel<TModel>(this IServiceCollection services, object key, Func<IServiceProvider, TModel> load)
        where TModel : TransformerModel
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(load);
        services.AddKeyedSingleton(key, (provider, _) => Load(provider, load));
        return LoadAtStart<TModel>(services, key);
    }

    /// <summary>Registers a <see cref="TextGenerator"/> that is opened from a folder, with its tokenizers, and its model as <typeparamref name="TModel"/>.</summary>
    /// <typeparam name="TModel">The declared model, whose declaration names the <c>config.json</c> of the folder.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="section">The section of the configuration that has the settings; checked when the host starts, where it must not have others.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddTextGenerator<TModel>(this IServiceCollection services, IConfiguration section)
        where TModel : EncoderDecoder, IEncoderDecoderModel<TModel>
    {
        TextSettings<TModel>(services, key: null).Bind(NotNull(section), NoOthers);
        return OpenTextAtStart<TModel>(services, key: null);
    }

    /// <summary>Registers a <see cref="TextGenerator"/> that is opened from a folder, with its tokenizers, and its model as <typeparamref name="TModel"/>.</summary>
    /// <typeparam name="TModel">The declared model, whose declaration names the <c>config.json</c> of the folder.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="configure">Fills in the settings; they are checked when the host starts.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddTextGenerator<TModel>(this IServiceCollection services, Action<TextGeneratorSettings> configure)
        where TModel : EncoderDecoder, IEncoderDecoderModel<TModel>
    {
        TextSettings<TModel>(services, key: null).Configure(NotNull(configure));
        return OpenTextAtStart<TModel>(services, key: null);
    }

    /// <summary>The same with a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="section">The section of the configuration that has the settings.</param>
    /// <inheritdoc cref="AddTextGenerator{TModel}(IServiceCollection, IConfiguration)"/>
    public static IServiceCollection AddKeyedTextGenerator<TModel>(this IServiceCollection services, object key, IConfiguration section)
        where TModel : EncoderDecoder, IEncoderDecoderModel<TModel>
    {
        TextSettings<TModel>(services, NotNull(key)).Bind(NotNull(section), NoOthers);
        return OpenTextAtStart<TModel>(services, key);
    }

    /// <summary>The same with a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="configure">Fills in the settings.</param>
    /// <inheritdoc cref="AddTextGenerator{TModel}(IServiceCollection, Action{TextGeneratorSettings})"/>
    public static IServiceCollection AddKeyedTextGenerator<TModel>(this IServiceCollection services, object key, Action<TextGeneratorSettings> configure)
        where TModel : EncoderDecoder, IEncoderDecoderModel<TModel>
    {
        TextSettings<TModel>(services, NotNull(key)).Configure(NotNull(configure));
        return OpenTextAtStart<TModel>(services, key);
    }

    /// <summary>Registers a <see cref="SpeechToText"/> that is opened from a folder, with its tokenizer, and its model as <typeparamref name="TModel"/>.</summary>
    /// <typeparam name="TModel">The declared model, whose declaration names the <c>config.json</c> of the folder.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="section">The section of the configuration that has the settings; checked when the host starts, where it must not have others.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddSpeechToText<TModel>(this IServiceCollection services, IConfiguration section)
        where TModel : SpeechModel, ISpeechModel<TModel>
    {
        SpeechSettings<TModel>(services, key: null).Bind(NotNull(section), NoOthers);
        return OpenSpeechAtStart<TModel>(services, key: null);
    }

    /// <summary>Registers a <see cref="SpeechToText"/> that is opened from a folder, with its tokenizer, and its model as <typeparamref name="TModel"/>.</summary>
    /// <typeparam name="TModel">The declared model, whose declaration names the <c>config.json</c> of the folder.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="configure">Fills in the settings; they are checked when the host starts.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddSpeechToText<TModel>(this IServiceCollection services, Action<SpeechToTextSettings> configure)
        where TModel : SpeechModel, ISpeechModel<TModel>
    {
        SpeechSettings<TModel>(services, key: null).Configure(NotNull(configure));
        return OpenSpeechAtStart<TModel>(services, key: null);
    }

    /// <summary>The same with a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="section">The section of the configuration that has the settings.</param>
    /// <inheritdoc cref="AddSpeechToText{TModel}(IServiceCollection, IConfiguration)"/>
    public static IServiceCollection AddKeyedSpeechToText<TModel>(this IServiceCollection services, object key, IConfiguration section)
        where TModel : SpeechModel, ISpeechModel<TModel>
    {
        SpeechSettings<TModel>(services, NotNull(key)).Bind(NotNull(section), NoOthers);
        return OpenSpeechAtStart<TModel>(services, key);
    }

    /// <summary>The same with a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="configure">Fills in the settings.</param>
    /// <inheritdoc cref="AddSpeechToText{TModel}(IServiceCollection, Action{SpeechToTextSettings})"/>
    public static IServiceCollection AddKeyedSpeechToText<TModel>(this IServiceCollection services, object key, Action<SpeechToTextSettings> configure)
        where TModel : SpeechModel, ISpeechModel<TModel>
    {
        SpeechSettings<TModel>(services, NotNull(key)).Configure(NotNull(configure));
        return OpenSpeechAtStart<TModel>(services, key);
    }

    /// <summary>Registers a <see cref="TextGenerationQueue"/> before the registered <see cref="TextGenerator"/>. A host that stops lets it finish what it has taken on.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Fills in the options; <see langword="null"/> for the defaults. They are checked when the host starts.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">There are no services.</exception>
    public static IServiceCollection AddTextGenerationQueue(this IServiceCollection services, Action<TextGenerationQueueOptions>? configure = null)
    {
        QueueOptions(services, key: null).Configure(configure ?? (static _ => { }));
        return AddQueue(services, key: null);
    }

    /// <summary>The same with options from the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section of the configuration that has the options; checked when the host starts, where it must not have others.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddTextGenerationQueue(this IServiceCollection services, IConfiguration section)
    {
        QueueOptions(services, key: null).Bind(NotNull(section), NoOthers);
        return AddQueue(services, key: null);
    }

    /// <summary>Registers a <see cref="TextGenerationQueue"/> with a key, before the <see cref="TextGenerator"/> with the same.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="configure">Fills in the options; <see langword="null"/> for the defaults.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">There are no services, or there is no key.</exception>
    public static IServiceCollection AddKeyedTextGenerationQueue(this IServiceCollection services, object key, Action<TextGenerationQueueOptions>? configure = null)
    {
        QueueOptions(services, NotNull(key)).Configure(configure ?? (static _ => { }));
        return AddQueue(services, key);
    }

    private static TModel Load<TModel>(IServiceProvider provider, Func<IServiceProvider, TModel> load)
        where TModel : TransformerModel =>
        LoadedModelLog.Load(
            provider,
            () => load(provider) ?? throw new InvalidOperationException($"What loads {typeof(TModel).Name} returned null; it has to return the loaded model."),
            static model => model);

    // Where the key is null, the registrations have none.
    private static IServiceCollection OpenTextAtStart<TModel>(IServiceCollection services, object? key)
        where TModel : EncoderDecoder, IEncoderDecoderModel<TModel>
    {
        services.AddKeyedSingleton(key, static (provider, key) => OpenText<TModel>(provider, key));
        services.AddKeyedSingleton(key, static (provider, key) => (TModel)provider.GetRequiredKeyedService<TextGenerator>(key).Model);
        return LoadAtStart<TextGenerator>(services, key);
    }

    private static TextGenerator OpenText<TModel>(IServiceProvider provider, object? key)
        where TModel : EncoderDecoder, IEncoderDecoderModel<TModel>
    {
        TextGeneratorSettings settings = provider.GetRequiredService<IOptionsMonitor<TextGeneratorSettings>>().Get(NameOf<TModel>(key));
        return LoadedModelLog.Load(
            provider,
            () =>
            {
                TextGenerator generator = TextGenerator.Open<TModel>(settings.Folder, settings.OpenOptions);
                if (settings.WarmUp)
                {
                    WarmUp.Run(generator.Model);
                }

                return generator;
            },
            static generator => generator.Model);
    }

    private static IServiceCollection OpenSpeechAtStart<TModel>(IServiceCollection services, object? key)
        where TModel : SpeechModel, ISpeechModel<TModel>
    {
        services.AddKeyedSingleton(key, static (provider, key) => OpenSpeech<TModel>(provider, key));
        services.AddKeyedSingleton(key, static (provider, key) => (TModel)provider.GetRequiredKeyedService<SpeechToText>(key).Model);
        return LoadAtStart<SpeechToText>(services, key);
    }

    private static SpeechToText OpenSpeech<TModel>(IServiceProvider provider, object? key)
        where TModel : SpeechModel, ISpeechModel<TModel>
    {
        SpeechToTextSettings settings = provider.GetRequiredService<IOptionsMonitor<SpeechToTextSettings>>().Get(NameOf<TModel>(key));
        return LoadedModelLog.Load(
            provider,
            () =>
            {
                SpeechToText speech = SpeechToText.Open<TModel>(settings.Folder, settings.LoadOptions, settings.Weights);
                if (settings.WarmUp)
                {
                    WarmUp.Run(speech.Model);
                }

                return speech;
            },
            static speech => speech.Model);
    }

    private static IServiceCollection AddQueue(IServiceCollection services, object? key)
    {
        services.AddKeyedSingleton(key, static (provider, key) => CreateQueue(provider, key));
        return AddHosted(services, key, static (provider, key) => new QueueDraining(provider, key));
    }

    private static TextGenerationQueue CreateQueue(IServiceProvider provider, object? key) => new(
        provider.GetRequiredKeyedService<TextGenerator>(key),
        provider.GetRequiredService<IOptionsMonitor<TextGenerationQueueOptions>>().Get(key?.ToString() ?? Options.Options.DefaultName));

    private static IServiceCollection LoadAtStart<TService>(IServiceCollection services, object? key)
        where TService : class => AddHosted(services, key, static (provider, key) => new ModelLoading<TService>(provider, key));

    /// <summary>Adds what a host starts: for a key each time, without one once.</summary>
    private static IServiceCollection AddHosted<TService>(IServiceCollection services, object? key, Func<IServiceProvider, object?, TService> create)
        where TService : class, IHostedService
    {
        if (key is null)
        {
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TService>(provider => create(provider, null)));
            return services;
        }

        return services.AddSingleton<IHostedService>(provider => create(provider, key));
    }

    private static OptionsBuilder<TextGeneratorSettings> TextSettings<TModel>(IServiceCollection services, object? key)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TextGeneratorSettings>, TextGeneratorSettingsValidator>());
        return services.AddOptions<TextGeneratorSettings>(NameOf<TModel>(key)).ValidateOnStart();
    }

    private static OptionsBuilder<SpeechToTextSettings> SpeechSettings<TModel>(IServiceCollection services, object? key)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SpeechToTextSettings>, SpeechToTextSettingsValidator>());
        return services.AddOptions<SpeechToTextSettings>(NameOf<TModel>(key)).ValidateOnStart();
    }

    private static OptionsBuilder<TextGenerationQueueOptions> QueueOptions(IServiceCollection services, object? key)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TextGenerationQueueOptions>, TextGenerationQueueOptionsValidator>());
        return services.AddOptions<TextGenerationQueueOptions>(key?.ToString() ?? Options.Options.DefaultName).ValidateOnStart();
    }

    /// <summary>The name that the options of a model have: a setting of one is none of another's.</summary>
    private static string NameOf<TModel>(object? key) => key is null ? typeof(TModel).Name : $"{typeof(TModel).Name} {key}";

    /// <summary>A setting that is misspelt would otherwise be one that is not there.</summary>
    private static void NoOthers(BinderOptions options) => options.ErrorOnUnknownConfiguration = true;

    private static T NotNull<T>(T? argument, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(argument))] string? name = null)
        where T : class => argument ?? throw new ArgumentNullException(name);
}

using System.Collections.Concurrent;
using KernelGen.Text;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>The languages of a service: what clients call them, and what translates between two.</summary>
internal sealed class ServiceLanguages
{
    /// <summary>How many pairs are kept ready; what is made anew costs little.</summary>
    private const int MostPairs = 256;

    private readonly TextGenerator _generator;
    private readonly Func<GenerationOptions, GenerationOptions>? _generation;
    private readonly ConcurrentDictionary<(string? Source, string? Target), TranslationPair> _pairs = new();

    /// <exception cref="InvalidOperationException">The options and the model do not say which languages there are.</exception>
    public ServiceLanguages(TextGenerator generator, LibreTranslateOptions options)
    {
        _generator = generator;
        _generation = options.Generation;
        ServiceLanguage[] known = ServiceLanguage.Of(generator.Languages);

        // A Marian model is told the target alone.
        bool isToldSource = known is [{ ModelCode: { } code }, ..] && !code.StartsWith(">>", StringComparison.Ordinal);
        Sources = isToldSource ? Chosen(known, options.SourceLanguage, nameof(options.SourceLanguage)) : [Named(options.SourceLanguage, nameof(options.SourceLanguage))];
        Targets = known.Length > 0 ? Chosen(known, options.TargetLanguage, nameof(options.TargetLanguage)) : [Named(options.TargetLanguage, nameof(options.TargetLanguage))];
    }

    /// <summary>What it reads.</summary>
    public IReadOnlyList<ServiceLanguage> Sources { get; }

    /// <summary>What it writes.</summary>
    public IReadOnlyList<ServiceLanguage> Targets { get; }

    /// <summary>The only language that it reads; <see langword="null"/> where there are several.</summary>
    public ServiceLanguage? OnlySource => Sources is [ServiceLanguage only] ? only : null;

    /// <summary>The list that clients are given: each language, and into which others it is translated.</summary>
    public Language[] List()
    {
        var list = Sources.Select(source => new Language(source.Code, source.Name, [.. Targets.Where(target => IsPair(source, target)).Select(static target => target.Code)])).ToList();
        list.AddRange(Targets.Where(target => Sources.All(source => source.Code != target.Code)).Select(static target => new Language(target.Code, target.Name, [])));
        return [.. list];
    }

    /// <summary>Whether there is a translation of one language into another: a model that is asked for the same language twice makes no translation.</summary>
    public bool IsPair(ServiceLanguage source, ServiceLanguage target) => source.ModelCode is null || target.ModelCode is null || source.ModelCode != target.ModelCode;

    /// <summary>What translates between two languages.</summary>
    public TranslationPair Between(ServiceLanguage source, ServiceLanguage target)
    {
        if (_pairs.Count >= MostPairs)
        {
            _pairs.Clear();
        }

        return _pairs.GetOrAdd((source.ModelCode, target.ModelCode), static (codes, languages) => languages.Open(codes.Source, codes.Target), this);
    }

    /// <summary>The language that a client writes so; <see langword="null"/> where there is none.</summary>
    public static ServiceLanguage? Find(IReadOnlyList<ServiceLanguage> languages, string? written)
    {
        if (string.IsNullOrEmpty(written))
        {
            return null;
        }

        // "zh-CN" is Chinese, where nothing is called so.
        string part = written.Split('-', '_')[0];
        return languages.FirstOrDefault(language => written.Equals(language.Code, StringComparison.OrdinalIgnoreCase))
            ?? languages.FirstOrDefault(language => written == language.ModelCode)
            ?? languages.FirstOrDefault(language => part.Equals(language.Part, StringComparison.OrdinalIgnoreCase));
    }

    private TranslationPair Open(string? source, string? target)
    {
        TextGenerator generator = source is null && target is null ? _generator : _generator.WithLanguages(source, target);
        GenerationOptions options = generator.DefaultGeneration;
        return new TranslationPair(generator, _generation?.Invoke(options) ?? options);
    }

    private static ServiceLanguage Named(string? code, string option) => !string.IsNullOrWhiteSpace(code) ? ServiceLanguage.Named(code) : throw new InvalidOperationException(
        $"Nothing says which language the model {(option == nameof(LibreTranslateOptions.SourceLanguage) ? "reads" : "writes")}. Set {nameof(LibreTranslateOptions)}.{option} to its code, such as en.");

    private static ServiceLanguage[] Chosen(ServiceLanguage[] known, string? code, string option) => code is null ? known : Find(known, code) is { } language ? [language] : throw new InvalidOperationException(
        $"{nameof(LibreTranslateOptions)}.{option} is '{code}', which the model does not know. It knows {string.Join(", ", known.Take(5).Select(static one => one.Code))}{(known.Length > 5 ? $" and {known.Length - 5} others" : "")}.");
}

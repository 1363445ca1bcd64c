using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KernelGen.Extensions.Hosting;

/// <summary>Loads a model, and says in the log how long that took and what it is.</summary>
internal static partial class LoadedModelLog
{
    /// <summary>The category of the log.</summary>
    private const string Category = "KernelGen.Extensions.Hosting";

    private const double Megabyte = 1_000_000;

    /// <summary>Loads.</summary>
    /// <typeparam name="TLoaded">A model, or what owns one.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="load">Loads it.</param>
    /// <param name="modelOf">Its model.</param>
    public static TLoaded Load<TLoaded>(IServiceProvider services, Func<TLoaded> load, Func<TLoaded, TransformerModel> modelOf)
    {
        // First, for services that are disposed meanwhile give none, and the loaded model would be nobody's.
        ILogger? logger = services.GetService<ILoggerFactory>()?.CreateLogger(Category);
        long start = Stopwatch.GetTimestamp();
        TLoaded loaded = load();
        if (logger is not null)
        {
            TransformerModel model = modelOf(loaded);
            Loaded(logger, model, Stopwatch.GetElapsedTime(start).TotalSeconds, model.WeightMemory / Megabyte);
            foreach (string notice in model.Notices)
            {
                Notice(logger, notice);
            }
        }

        return loaded;
    }

    [LoggerMessage(1, LogLevel.Information, "Loaded in {Seconds:0.00} s, {Megabytes:0.0} MB of weights: {Model}")]
    private static partial void Loaded(ILogger logger, TransformerModel model, double seconds, double megabytes);

    [LoggerMessage(2, LogLevel.Warning, "{Notice}")]
    private static partial void Notice(ILogger logger, string notice);
}

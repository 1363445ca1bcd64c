using Microsoft.Extensions.Logging.Console;

namespace KernelGen.Samples.TranslateCluster.Hosting;

/// <summary>What is logged, and where to: standard error, in lines.</summary>
internal static class Logging
{
    public static void Configure(ILoggingBuilder logging, bool isVerbose)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(isVerbose ? LogLevel.Information : LogLevel.Warning);
        if (!isVerbose)
        {
            // They have pages of what a silo sees of others that come and go, and of a database that is away; what matters of it is said otherwise.
            logging.AddFilter("Orleans", LogLevel.None);
            logging.AddFilter("Microsoft", LogLevel.None);
        }

        logging.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using KernelGen.Samples.Translate;
using KernelGen.Samples.TranslateCluster.Hosting;
using KernelGen.Samples.TranslateCluster.Storage;

namespace KernelGen.Samples.TranslateCluster.Commands;

/// <summary>The options of commands that start a silo.</summary>
internal sealed class SiloSettings
{
    private const int MostThreads = 1024;
    private const double LeastSeconds = 0.5;
    private const double MostSeconds = 3600;

    private readonly Option<int?> _threads = new("--threads")
    {
        Description = "How many shards the silo translates at once, each on one thread: as many as there are processors unless given.",
        HelpName = "n",
        CustomParser = static argument => OptionValues.Count(argument, "--threads", MostThreads),
    };

    private readonly Option<string?> _model = new("--model")
    {
        Description = "Weights to use instead of the program's own; the same file for all silos. Translate --help says more.",
        HelpName = "file",
    };

    private readonly Option<WeightPrecision?> _precision = new("--precision")
    {
        Description = "How weights are stored and multiplied: float32 unless given, bfloat16, int8 or int4; the same for all silos.",
        HelpName = "type",
        CustomParser = OptionValues.Precision,
    };

    private readonly Option<IPAddress?> _address = new("--address")
    {
        Description = "The address of this machine for the others: its first one unless given, and 127.0.0.1 where the database is a file.",
        HelpName = "ip",
        CustomParser = ParseAddress,
    };

    private readonly Option<int?> _port = new("--port")
    {
        Description = "The port for other silos: 11111 unless given, and a free one where the database is a file.",
        HelpName = "n",
        CustomParser = static argument => OptionValues.Count(argument, "--port", ushort.MaxValue),
    };

    private readonly Option<int?> _gatewayPort = new("--gateway-port")
    {
        Description = "The port for the commands: 30000 unless given, and a free one where the database is a file.",
        HelpName = "n",
        CustomParser = static argument => OptionValues.Count(argument, "--gateway-port", ushort.MaxValue),
    };

    private readonly Option<int?> _dashboard = new("--dashboard")
    {
        Description = "Show Orleans' dashboard to browsers of this machine at this port.",
        HelpName = "port",
        CustomParser = static argument => OptionValues.Count(argument, "--dashboard", ushort.MaxValue),
    };

    private readonly Option<double> _deadAfter = new("--dead-after")
    {
        Description = "After how many seconds of silence a silo counts as dead, and others do its work; the same for all silos.",
        HelpName = "seconds",
        DefaultValueFactory = static _ => 15,
        CustomParser = ParseSeconds,
    };

    private Option[] All => [_threads, _model, _precision, _address, _port, _gatewayPort, _dashboard, _deadAfter];

    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Options.Add(option);
        }
    }

    public SiloOptions Read(ParseResult result, ClusterDatabase database, string cluster, bool isVerbose) => new()
    {
        Database = database,
        Cluster = cluster,
        DeadAfter = TimeSpan.FromSeconds(result.GetValue(_deadAfter)),
        Address = result.GetValue(_address),
        Port = result.GetValue(_port),
        GatewayPort = result.GetValue(_gatewayPort),
        DashboardPort = result.GetValue(_dashboard),
        Threads = result.GetValue(_threads) ?? Environment.ProcessorCount,
        Model = result.GetValue(_model),
        Precision = result.GetValue(_precision),
        IsVerbose = isVerbose,
    };

    /// <summary>The option that was given though there is no silo for it, or <see langword="null"/>.</summary>
    public string? FindGiven(CommandResult result) => All.FirstOrDefault(option => result.GetResult(option) is { Implicit: false })?.Name;

    private static IPAddress? ParseAddress(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (IPAddress.TryParse(text, out IPAddress? address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
        {
            return address;
        }

        argument.AddError($"--address cannot be '{text}': it is the address that others find this machine at, such as 10.0.0.7");
        return null;
    }

    private static double ParseSeconds(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is >= LeastSeconds and <= MostSeconds)
        {
            return seconds;
        }

        argument.AddError(string.Create(CultureInfo.InvariantCulture, $"--dead-after cannot be '{text}': it is a number of seconds from {LeastSeconds} to {MostSeconds}"));
        return 0;
    }
}

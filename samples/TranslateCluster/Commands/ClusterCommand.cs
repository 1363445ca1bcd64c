using System.CommandLine;
using System.CommandLine.Parsing;
using KernelGen.Samples.TranslateCluster.Hosting;
using KernelGen.Samples.TranslateCluster.Storage;

namespace KernelGen.Samples.TranslateCluster.Commands;

/// <summary>A command that has to do with a cluster.</summary>
internal abstract class ClusterCommand : Command
{
    private const string DatabaseVariable = "TRANSLATECLUSTER_DATABASE";

    private readonly Option<ClusterDatabase?> _database = new("--database")
    {
        Description = $"Where the cluster keeps who belongs to it and how far jobs are: a file, for silos of one machine, or a connection string of PostgreSQL such as \"Host=db;Database=cluster;Username=me\". Unless given, the environment variable {DatabaseVariable}, or {ClusterDatabase.DefaultFile}.",
        HelpName = "database",
        CustomParser = static argument => ParseDatabase(argument, argument.Tokens[0].Value, "--database"),
        DefaultValueFactory = static argument => ParseDatabase(argument, Environment.GetEnvironmentVariable(DatabaseVariable) is { Length: > 0 } name ? name : ClusterDatabase.DefaultFile, DatabaseVariable),
    };

    private readonly Option<string> _cluster = new("--cluster")
    {
        Description = "The name of the cluster, where a database has several.",
        HelpName = "name",
        DefaultValueFactory = static _ => "translate",
        CustomParser = static argument =>
        {
            string name = argument.Tokens[0].Value;
            if (string.IsNullOrWhiteSpace(name) || name.Length > 100)
            {
                argument.AddError("--cluster is a name of 1 to 100 characters");
            }

            return name;
        },
    };

    private readonly Option<bool> _verbose = new("--verbose") { Description = "Log to standard error what Orleans does." };

    protected ClusterCommand(string name, string description)
        : base(name, description)
    {
        Options.Add(_database);
        Options.Add(_cluster);
        Options.Add(_verbose);
        SetAction(RunAsync);
    }

    protected abstract Task<int> RunAsync(ParseResult result, CancellationToken cancellation);

    protected ClusterDatabase Database(ParseResult result) => result.GetValue(_database)!;

    protected string Cluster(ParseResult result) => result.GetValue(_cluster)!;

    protected bool IsVerbose(ParseResult result) => result.GetValue(_verbose);

    protected Task<IHost> ConnectAsync(ParseResult result, CancellationToken cancellation) =>
        ClusterClient.ConnectAsync(Database(result), Cluster(result), IsVerbose(result), cancellation);

    private static ClusterDatabase? ParseDatabase(ArgumentResult argument, string name, string where)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            argument.AddError($"{where} names no file: it is empty");
            return null;
        }

        try
        {
            return ClusterDatabase.Parse(name);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException or NotSupportedException or KeyNotFoundException)
        {
            argument.AddError($"{where} is neither a path nor a connection string of PostgreSQL: {exception.Message}");
            return null;
        }
    }
}

using System.CommandLine;
using KernelGen.Samples.TranslateCluster.Jobs;

namespace KernelGen.Samples.TranslateCluster.Commands;

/// <summary><c>status</c>: shows how far jobs are.</summary>
internal sealed class StatusCommand : ClusterCommand
{
    private readonly Argument<string?> _job = new("job") { Description = "The number of a job; all jobs unless given.", Arity = ArgumentArity.ZeroOrOne };

    public StatusCommand()
        : base("status", "Shows how far jobs are, and what went wrong.") => Arguments.Add(_job);

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        using IHost host = await ConnectAsync(result, cancellation);
        IClusterClient client = host.Services.GetRequiredService<IClusterClient>();
        string[] jobs = result.GetValue(_job) is { } job ? [job] : await client.GetGrain<IJobListGrain>(0).All().WaitAsync(cancellation);
        bool isThere = true;
        foreach (string number in jobs)
        {
            if (await client.GetGrain<IJobGrain>(number).Report().WaitAsync(cancellation) is { } report)
            {
                Program.WriteLine(JobText.Describe(report, DateTime.UtcNow));
            }
            else
            {
                isThere = false;
                Program.WriteError($"there is no job {number}");
            }
        }

        if (jobs.Length == 0)
        {
            Program.WriteLine("There are no jobs.");
        }

        await host.StopAsync(CancellationToken.None);
        return isThere ? Program.Success : Program.Failure;
    }
}

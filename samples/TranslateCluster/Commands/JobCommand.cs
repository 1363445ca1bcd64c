using System.CommandLine;
using KernelGen.Samples.TranslateCluster.Jobs;

namespace KernelGen.Samples.TranslateCluster.Commands;

/// <summary>A command that changes a job by its number.</summary>
internal abstract class JobCommand : ClusterCommand
{
    private readonly Argument<string> _job = new("job") { Description = "The number of the job, as translate and status show it." };

    protected JobCommand(string name, string description)
        : base(name, description) => Arguments.Add(_job);

    protected abstract Task<string?> ChangeAsync(IJobGrain job);

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        using IHost host = await ConnectAsync(result, cancellation);
        IJobGrain job = host.Services.GetRequiredService<IClusterClient>().GetGrain<IJobGrain>(result.GetRequiredValue(_job));
        string? wrong = await ChangeAsync(job).WaitAsync(cancellation);
        await host.StopAsync(CancellationToken.None);
        if (wrong is not null)
        {
            Program.WriteError(wrong);
        }

        return wrong is null ? Program.Success : Program.Failure;
    }
}

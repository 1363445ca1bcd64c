using KernelGen.Samples.TranslateCluster.Jobs;

namespace KernelGen.Samples.TranslateCluster.Commands;

/// <summary><c>cancel</c>: ends a job before it is done.</summary>
internal sealed class CancelCommand() : JobCommand("cancel", "Ends a job before it is done, and deletes what there is of its output.")
{
    protected override Task<string?> ChangeAsync(IJobGrain job) => job.Cancel();
}

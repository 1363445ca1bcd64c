using KernelGen.Samples.TranslateCluster.Jobs;

namespace KernelGen.Samples.TranslateCluster.Commands;

/// <summary><c>retry</c>: tries what a job has given up once more.</summary>
internal sealed class RetryCommand() : JobCommand("retry", "Tries what a failed job has given up once more. What is done stays done.")
{
    protected override Task<string?> ChangeAsync(IJobGrain job) => job.Retry();
}

namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>A file of a job, as it was when the job began.</summary>
/// <param name="Input">The file.</param>
/// <param name="Output">Where its translation goes.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Modified">When it was written last: ticks of UTC.</param>
[GenerateSerializer, Immutable]
internal sealed record JobFile(string Input, string Output, long Length, long Modified);

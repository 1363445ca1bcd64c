namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>Deletes the translations of single shards.</summary>
/// <param name="Number">Its number in the job.</param>
/// <param name="Folders">Where they are.</param>
[GenerateSerializer, Immutable]
internal sealed record CleanupUnit(int Number, string[] Folders) : WorkUnit(Number);

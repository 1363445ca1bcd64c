namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>Puts the translations of all shards of a file together.</summary>
/// <param name="Number">Its number in the job.</param>
/// <param name="Folder">The folder of the translations.</param>
/// <param name="Parts">How many there are.</param>
/// <param name="FirstShard">The number of the first one's unit.</param>
/// <param name="Output">The file for them.</param>
[GenerateSerializer, Immutable]
internal sealed record AssemblyUnit(int Number, string Folder, int Parts, int FirstShard, string Output) : WorkUnit(Number);

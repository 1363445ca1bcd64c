namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>What is to be translated.</summary>
/// <param name="Input">A file, or a folder of files, as all silos see it.</param>
/// <param name="Output">Where to: a file, or a folder.</param>
/// <param name="ShardBytes">About how many bytes of a file are one shard.</param>
/// <param name="Beam">How many hypotheses beam search follows.</param>
[GenerateSerializer, Immutable]
internal sealed record JobRequest(string Input, string Output, long ShardBytes, int Beam);

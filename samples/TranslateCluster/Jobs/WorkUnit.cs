namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>Something that a silo does as a whole, and that may be done twice without harm.</summary>
/// <param name="Number">Its number in the job.</param>
[GenerateSerializer, Immutable]
internal abstract record WorkUnit(int Number);

namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>How far a unit is.</summary>
/// <param name="Unit">Its number.</param>
/// <param name="Bytes">How many bytes of it are read.</param>
/// <param name="Lines">How many lines of it are translated.</param>
/// <param name="Sentences">How many sentences these have.</param>
/// <param name="UnknownLines">How many of them hold what the model does not know.</param>
[GenerateSerializer, Immutable]
internal readonly record struct UnitProgress(int Unit, long Bytes, long Lines, long Sentences, long UnknownLines);

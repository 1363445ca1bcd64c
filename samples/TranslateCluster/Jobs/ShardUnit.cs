namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>Translates the lines of a file that begin within a range of bytes.</summary>
/// <param name="Number">Its number in the job.</param>
/// <param name="File">The file.</param>
/// <param name="From">The first byte of the range.</param>
/// <param name="To">The byte after the range.</param>
/// <param name="Part">The file for the translations.</param>
/// <param name="Beam">How many hypotheses beam search follows.</param>
[GenerateSerializer, Immutable]
internal sealed record ShardUnit(int Number, JobFile File, long From, long To, string Part, int Beam) : WorkUnit(Number);

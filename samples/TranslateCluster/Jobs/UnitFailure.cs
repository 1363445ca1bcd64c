namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>A unit that went wrong.</summary>
/// <param name="Unit">Its number.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="IsGivenUp">Whether it is not tried again.</param>
/// <param name="Reason">What went wrong the last time.</param>
[GenerateSerializer, Immutable]
internal sealed record UnitFailure(int Unit, int Attempts, bool IsGivenUp, string Reason);

namespace KernelGen.Audio;

/// <summary>How a call of a model works.</summary>
/// <param name="Threads">How many threads share its work, at least 1.</param>
/// <param name="Cancellation">Ends the call with <see cref="OperationCanceledException"/> between two tokens, or two layers.</param>
/// <param name="Hypotheses">How many hypotheses, or samples, of a window that this call encodes will be followed at once, at least 1.</param>
internal readonly record struct ModelCall(int Threads, CancellationToken Cancellation, int Hypotheses = 1);

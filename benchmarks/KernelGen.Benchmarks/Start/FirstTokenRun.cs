namespace KernelGen.Benchmarks.Start;

/// <summary>A process that generated one token and ended.</summary>
/// <param name="Line">What it printed: the token, and after it its memory where that was asked for.</param>
/// <param name="TokenSeconds">From its start until the token could be read.</param>
/// <param name="EndSeconds">From its start to its end.</param>
/// <param name="ProcessorSeconds">The processor time that it took; <see langword="null"/> where it cannot be known.</param>
internal sealed record FirstTokenRun(string Line, double TokenSeconds, double EndSeconds, double? ProcessorSeconds);

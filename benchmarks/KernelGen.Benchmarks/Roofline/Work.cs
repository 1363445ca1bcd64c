namespace KernelGen.Benchmarks.Roofline;

/// <summary>What an operation has to do, whoever does it.</summary>
/// <param name="Flops">Multiplications and additions.</param>
/// <param name="WeightBytes">Bytes of weights to read.</param>
/// <param name="Arithmetic">What it multiplies in.</param>
internal readonly record struct Work(double Flops, double WeightBytes, WeightPrecision Arithmetic);

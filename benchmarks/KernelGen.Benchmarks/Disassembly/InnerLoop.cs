namespace KernelGen.Benchmarks.Disassembly;

/// <summary>A loop without another loop in it, as the JIT compiled it.</summary>
/// <param name="Label">The label where it begins.</param>
/// <param name="Instructions">Its instructions.</param>
/// <param name="StackReads">Those that read the stack: spilled registers, and what does not change in the loop and found no register.</param>
/// <param name="StackWrites">Those that write the stack: registers are spilled in each turn.</param>
/// <param name="Calls">Calls: what was not inlined.</param>
internal sealed record InnerLoop(string Label, int Instructions, int StackReads, int StackWrites, int Calls);

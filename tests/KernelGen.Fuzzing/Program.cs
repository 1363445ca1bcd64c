using System.CommandLine;
using System.Runtime.InteropServices;
using KernelGen.Fuzzing;

// Instrumented assemblies count branches from their first line on, before there is anybody to count for.
const int BranchCounters = 1 << 16;
unsafe
{
    SharpFuzz.Common.Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(BranchCounters);
}

return new RootCommand("Reads hostile files: each must be accepted, or refused with a documented exception, within bounded time and memory. README.md tells how.")
{
    new MutateCommand(),
    new ReplayCommand(),
    new CoverageCommand(),
    new SeedsCommand(),
    new OverrunCommand(),
}.Parse(args).Invoke();

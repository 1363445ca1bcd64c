using KernelGen.Benchmarks.Peers;
using KernelGen.Benchmarks.Start;

return StartProgram.Run(args, static arguments =>
    new OnnxRuntimePeer(arguments.Path, arguments.Model, arguments.Batch, FixedSources.Length, arguments.TargetLength));

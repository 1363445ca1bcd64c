using Xunit.Sdk;
using Xunit.v3;

// What reads hostile files is watched by the memory of the whole process, in which nothing else may take any meanwhile.
[assembly: Parallelization(Mode = ParallelMode.None)]

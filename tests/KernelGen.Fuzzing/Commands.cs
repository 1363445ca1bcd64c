using System.CommandLine;
using KernelGen.Fuzzing.Mutations;
using KernelGen.Fuzzing.Running;
using KernelGen.Fuzzing.Targets;
using SharpFuzz;

namespace KernelGen.Fuzzing;

/// <summary>What several commands take.</summary>
internal static class CommonArguments
{
    public static Argument<string> Target()
    {
        var argument = new Argument<string>("target") { Description = "The kind of file." };
        argument.AcceptOnlyFromAmong([.. FuzzTarget.All.Select(static target => target.Name)]);
        return argument;
    }

    public static Option<int> Seed() => new("--seed") { Description = "The seed of the run.", DefaultValueFactory = static _ => 1 };

    public static FuzzTarget Named(string name) => FuzzTarget.All.Single(target => target.Name == name);
}

/// <summary>Reads files that are made from valid ones by chance, the same on every run.</summary>
internal sealed class MutateCommand : Command
{
    private readonly Option<string[]> _targets = new("--target") { Description = "The kinds of file (all).", DefaultValueFactory = static _ => [.. FuzzTarget.All.Select(static target => target.Name)] };
    private readonly Option<long> _files = new("--files") { Description = "How many files of each kind.", DefaultValueFactory = static _ => 10_000 };
    private readonly Option<long> _first = new("--first") { Description = "The number of the first file." };
    private readonly Option<int> _seed = CommonArguments.Seed();
    private readonly Option<string?> _journal = new("--journal") { Description = "A file to note in which file is being read: what a crash leaves." };
    private readonly Option<string?> _findings = new("--findings") { Description = "A folder for files that break the rule." };

    public MutateCommand()
        : base("mutate", "Read mutated files. Ends with 0 when all keep the rule, 1 when one does not, 3 when one hangs, 4 when one takes too much memory.")
    {
        _targets.AcceptOnlyFromAmong([.. FuzzTarget.All.Select(static target => target.Name)]);
        _targets.AllowMultipleArgumentsPerToken = true;
        Add(_targets);
        Add(_files);
        Add(_first);
        Add(_seed);
        Add(_journal);
        Add(_findings);
        SetAction(Run);
    }

    private int Run(ParseResult arguments)
    {
        using var run = new MutationRun(arguments.GetValue(_journal), arguments.GetValue(_findings));
        int findings = 0;
        foreach (string name in arguments.GetRequiredValue(_targets))
        {
            RunResult result = run.Run(CommonArguments.Named(name), arguments.GetValue(_seed), arguments.GetValue(_first), arguments.GetValue(_files));
            Console.WriteLine(
                $"{name}: {result.Files} files, {result.Accepted} accepted, {result.Files - result.Accepted - result.Findings.Count} refused, {result.Findings.Count} findings; "
                + $"at most {result.Longest.TotalMilliseconds:F0} ms and {result.MostAllocated >> 10} KB for one ({result.MostAllocatedBy})");
            foreach (string finding in result.Findings)
            {
                Console.WriteLine($"FINDING: {finding}");
            }

            findings += result.Findings.Count;
        }

        return findings == 0 ? 0 : 1;
    }
}

/// <summary>Reads one file, and shows what comes of it.</summary>
internal sealed class ReplayCommand : Command
{
    private readonly Argument<string> _target = CommonArguments.Target();
    private readonly Option<int> _seed = CommonArguments.Seed();
    private readonly Option<long> _index = new("--index") { Description = "The number of the file in its run." };
    private readonly Option<string?> _file = new("--file") { Description = "A file instead of one of a run." };
    private readonly Option<string?> _save = new("--save") { Description = "Where to write the file before it is read." };

    public ReplayCommand()
        : base("replay", "Read one file again: of a run of mutate, or any.")
    {
        Add(_target);
        Add(_seed);
        Add(_index);
        Add(_file);
        Add(_save);
        SetAction(Run);
    }

    private int Run(ParseResult arguments)
    {
        FuzzTarget target = CommonArguments.Named(arguments.GetRequiredValue(_target));
        long index = arguments.GetValue(_index);
        byte[] file = arguments.GetValue(_file) is { } path ? File.ReadAllBytes(path) : FileMutation.Create(target, arguments.GetValue(_seed), index);
        if (arguments.GetValue(_save) is { } save)
        {
            File.WriteAllBytes(save, file);
        }

        using var run = new MutationRun(journal: null, findings: null);
        var result = new RunResult();
        run.RunOne(target, file, (int)(index & int.MaxValue), Journal.Arguments(target.Name, arguments.GetValue(_seed), index), result);
        Console.WriteLine(result.Findings.Count > 0 ? $"FINDING: {result.Findings[0]}" : result.Accepted > 0 ? "accepted" : "refused");
        return result.Findings.Count;
    }
}

/// <summary>Is driven by AFL++ through SharpFuzz: reads the files that it is given, whose branches instrumented assemblies report.</summary>
internal sealed class CoverageCommand : Command
{
    private readonly Argument<string> _target = CommonArguments.Target();

    public CoverageCommand()
        : base("coverage", "Read the files that AFL++ gives. coverage-guided.sh starts it.")
    {
        Add(_target);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        FuzzTarget target = CommonArguments.Named(arguments.GetRequiredValue(_target));
        var memory = new GuardedMemory();
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            byte[] file = copy.ToArray();

            // The first bytes decide how a file is used, so that AFL++ decides it, too, and gets the same each time.
            int variant = file.Length == 0 ? 0 : file[^1] + (256 * file[0]);
            target.Run(memory.Place(file, atEnd: true), variant);
        });
    }
}

/// <summary>Writes the valid files from which others are made.</summary>
internal sealed class SeedsCommand : Command
{
    private readonly Argument<string> _target = CommonArguments.Target();
    private readonly Argument<string> _folder = new("folder") { Description = "Where to." };

    public SeedsCommand()
        : base("seeds", "Write the valid files of a kind to a folder, for AFL++ to begin with.")
    {
        Add(_target);
        Add(_folder);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        string folder = arguments.GetRequiredValue(_folder);
        Directory.CreateDirectory(folder);
        int number = 0;
        foreach (byte[] file in CommonArguments.Named(arguments.GetRequiredValue(_target)).Seeds)
        {
            File.WriteAllBytes(Path.Combine(folder, $"{number++}"), file);
        }
    }
}

/// <summary>Shows that reading outside of a file cannot go unnoticed.</summary>
internal sealed class OverrunCommand : Command
{
    private readonly Argument<string> _side = new("side") { Description = "behind or before." };
    private readonly Option<string?> _journal = new("--journal") { Description = "As of mutate." };

    public OverrunCommand()
        : base("overrun", "Read one byte outside of a file, which must end the process.")
    {
        _side.AcceptOnlyFromAmong("behind", "before");
        Add(_side);
        Add(_journal);
        SetAction(Run);
    }

    private unsafe void Run(ParseResult arguments)
    {
        bool isBehind = arguments.GetRequiredValue(_side) == "behind";
        using Journal? journal = arguments.GetValue(_journal) is { } path ? new Journal(path) : null;
        using var memory = new GuardedMemory();
        journal?.Note("overrun", seed: 1, index: 7);
        ReadOnlySpan<byte> file = memory.Place([1, 2, 3], atEnd: isBehind);
        fixed (byte* start = file)
        {
            Console.WriteLine($"The byte {(isBehind ? start[file.Length] : start[-1])} outside of the file could be read.");
        }
    }
}

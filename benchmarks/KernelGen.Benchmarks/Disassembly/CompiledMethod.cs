using System.Text.RegularExpressions;

namespace KernelGen.Benchmarks.Disassembly;

/// <summary>A method in the listing that the JIT writes for <c>DOTNET_JitDisasm</c>.</summary>
/// <param name="Type">The full name of its type.</param>
/// <param name="Name">Its name, without parameters and type arguments.</param>
/// <param name="TypeArguments">The names of its type arguments, without namespaces and containing types.</param>
/// <param name="IsOptimized">Whether the JIT optimised it fully.</param>
/// <param name="RangeChecks">Calls of what throws when an index is out of range: none means that nothing is checked.</param>
/// <param name="InnerLoops">Its innermost loops.</param>
internal sealed partial record CompiledMethod(
    string Type,
    string Name,
    IReadOnlyList<string> TypeArguments,
    bool IsOptimized,
    int RangeChecks,
    IReadOnlyList<InnerLoop> InnerLoops)
{
    /// <summary>Reads a listing of x64 code.</summary>
    /// <exception cref="FormatException">The listing has a method whose heading or jumps are not as expected.</exception>
    public static IReadOnlyList<CompiledMethod> ReadAll(IEnumerable<string> listing)
    {
        var methods = new List<CompiledMethod>();
        Match? heading = null;
        var lines = new List<string>();
        foreach (string line in listing.Append("; Assembly listing for method "))
        {
            if (!line.StartsWith("; Assembly listing for method ", StringComparison.Ordinal))
            {
                lines.Add(line);
                continue;
            }

            if (heading is not null)
            {
                methods.Add(Read(heading, lines));
            }

            heading = Heading().Match(line);
            lines.Clear();
        }

        return methods;
    }

    private static CompiledMethod Read(Match heading, List<string> lines)
    {
        if (!heading.Success)
        {
            throw new FormatException("A method of the JIT's listing has a heading that is not: type:name[type arguments](parameters) (tier).");
        }

        // Without a frame pointer, rbp is a register like others.
        Regex stack = lines.Any(static line => line.StartsWith("; rbp based frame", StringComparison.Ordinal)) ? StackWithFrame() : Stack();
        string[] code = [.. lines.Where(static line => Label().IsMatch(line) || Instruction().IsMatch(line))];
        var places = new Dictionary<string, int>();
        for (int i = 0; i < code.Length; i++)
        {
            if (Label().Match(code[i]) is { Success: true } label)
            {
                places.Add(label.Groups[1].Value, i);
            }
        }

        var loops = new List<(int First, int Last)>();
        for (int i = 0; i < code.Length; i++)
        {
            if (Jump().Match(code[i]) is { Success: true } jump)
            {
                string target = jump.Groups[1].Value;
                int first = places.TryGetValue(target, out int place) ? place : throw new FormatException($"The JIT's listing jumps to {target}, which is not there.");
                if (first < i)
                {
                    loops.Add((first, i));
                }
            }
        }

        InnerLoop[] innermost =
        [
            .. loops
                .Where(loop => !loops.Exists(other => other != loop && other.First >= loop.First && other.Last <= loop.Last))
                .Select(loop => code[loop.First..(loop.Last + 1)])
                .Select(body => new InnerLoop(
                    Label().Match(body[0]).Groups[1].Value,
                    body.Count(static line => Instruction().IsMatch(line)),
                    body.Count(line => stack.IsMatch(line) && !IsWrite(line)),
                    body.Count(line => stack.IsMatch(line) && IsWrite(line)),
                    body.Count(static line => line.TrimStart().StartsWith("call", StringComparison.Ordinal)))),
        ];
        string arguments = heading.Groups["arguments"].Value;
        return new CompiledMethod(
            heading.Groups["type"].Value,
            heading.Groups["name"].Value,
            arguments.Length == 0 ? [] : [.. arguments.Split(',').Select(static argument => argument[(argument.LastIndexOfAny(['.', '+']) + 1)..])],
            heading.Groups["tier"].Value is "FullOpts" or "Tier1",
            code.Count(static line => line.Contains("CORINFO_HELP_RNGCHKFAIL", StringComparison.Ordinal)),
            innermost);
    }

    [GeneratedRegex(@"^; Assembly listing for method (?<type>[^:\[]+):(?<name>[^\[(]+)(\[(?<arguments>[^\]]*)\])?\(.*\((?<tier>[^()]*)\)$")]
    private static partial Regex Heading();

    /// <summary>Whether an instruction stores, its first operand being memory; those that only compare count as well.</summary>
    private static bool IsWrite(string instruction) => FirstOperandInMemory().IsMatch(instruction);

    [GeneratedRegex(@"\[rsp\b")]
    private static partial Regex Stack();

    [GeneratedRegex(@"\[r[sb]p\b")]
    private static partial Regex StackWithFrame();

    [GeneratedRegex(@"^\s+[a-z]\w*\s+[^,\[]*\[")]
    private static partial Regex FirstOperandInMemory();

    [GeneratedRegex(@"^(G_M\w+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s+[a-z]\w*")]
    private static partial Regex Instruction();

    [GeneratedRegex(@"^\s+j\w+\s+(?:SHORT |NEAR )?(G_M\w+)")]
    private static partial Regex Jump();
}

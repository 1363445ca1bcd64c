using System.Diagnostics;
using System.Globalization;
using System.Text;
using KernelGen.Benchmarks.Peers;

namespace KernelGen.Benchmarks.Start;

/// <summary>What a start program does, whatever its library.</summary>
internal static class StartProgram
{
    private const int Success = 0, Failure = 1, WrongUsage = 2;

    /// <summary>Does what the command line says.</summary>
    /// <param name="commandLine">The command line.</param>
    /// <param name="load">Loads the model.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] commandLine, Func<StartArguments, IContender> load)
    {
        if (StartArguments.Read(commandLine) is not { } arguments)
        {
            Console.Error.WriteLine(StartArguments.Usage);
            return WrongUsage;
        }

        try
        {
            // Not disposed: the end of the process gives everything back sooner.
            IContender model = load(arguments);
            int[][] sources = FixedSources.Create(arguments.Batch, arguments.Model.SourceVocabularySize);
            if (arguments.IsFirst)
            {
                int token = model.Generate(sources)[0][0];
                WriteLine(string.Create(CultureInfo.InvariantCulture, $"{token}{(arguments.PrintsMemory ? " " + Memory() : "")}"));
                return Success;
            }

            while (Console.In.ReadLine() is { } line)
            {
                WriteLine(line.Split(' ') switch
                {
                    ["memory"] => Memory(),
                    ["turn", var seconds] => Turn(model, sources, double.Parse(seconds, CultureInfo.InvariantCulture)),
                    _ => throw new FormatException($"The line '{line}' is neither 'turn SECONDS' nor 'memory'."),
                });
            }

            return Success;
        }
        catch (Exception exception)
        {
            Console.Error.WriteLine(exception.Message);
            return Failure;
        }
    }

    /// <summary>The milliseconds of each call; the first one, which fills the caches again, is not counted.</summary>
    private static string Turn(IContender model, int[][] sources, double seconds)
    {
        model.Generate(sources);
        var calls = new StringBuilder();
        long start = Stopwatch.GetTimestamp();
        long before = start;
        do
        {
            model.Generate(sources);
            long after = Stopwatch.GetTimestamp();
            calls.Append(CultureInfo.InvariantCulture, $"{(calls.Length > 0 ? " " : "")}{Stopwatch.GetElapsedTime(before, after).TotalMilliseconds:F4}");
            before = Stopwatch.GetTimestamp();
        }
        while (Stopwatch.GetElapsedTime(start, before).TotalSeconds < seconds);
        return calls.ToString();
    }

    /// <summary>In KiB, as Linux counts them, 0 elsewhere: the most resident memory that this process ever had, and what of it now belongs to no file.</summary>
    private static string Memory()
    {
        const string Status = "/proc/self/status";
        string[] lines = File.Exists(Status) ? File.ReadAllLines(Status) : [];
        return $"{Kibibytes(lines, "VmHWM:")} {Kibibytes(lines, "RssAnon:")}";
    }

    private static string Kibibytes(string[] status, string field)
    {
        const string Unit = "kB";
        string? line = Array.Find(status, line => line.StartsWith(field, StringComparison.Ordinal));
        return line?[field.Length..].Replace(Unit, "", StringComparison.Ordinal).Trim() ?? "0";
    }

    /// <summary>Writes at once; the console's own writer takes a while to be made.</summary>
    private static void WriteLine(string line)
    {
        using Stream output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }
}

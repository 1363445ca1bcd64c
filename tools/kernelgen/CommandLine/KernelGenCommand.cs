extern alias generator;

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using generator::KernelGen.Generator.Specification;
using KernelGen.Checkpoints;
using KernelGen.Tool.Lines;

namespace KernelGen.Tool.CommandLine;

/// <summary>The command line of the tool.</summary>
internal static class KernelGenCommand
{
    private const string Description = """
        Works with encoder-decoder Transformers: runs the model of a folder, and looks after weights for programs that declare them with KernelGen.

        Exit status: 0 when all went well, 1 when a check failed or some of several files could not be used, 2 when the command line or a file cannot be used, 130 or 143 when it was interrupted.
        """;

    /// <summary>Runs the tool.</summary>
    /// <param name="arguments">The program's arguments.</param>
    /// <param name="terminal">Where reports go.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(string[] arguments, Terminal terminal)
    {
        try
        {
            // Who gives no command wants to know which there are.
            ParseResult result = Create(terminal).Parse(arguments.Length == 0 ? ["--help"] : arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (result.Action is ParseErrorAction)
            {
                terminal.Complain(MisuseMessage(result));
                return ExitCode.BadInput;
            }

            return result.Invoke(new InvocationConfiguration { Output = terminal.Output, Error = terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OutputClosedException)
        {
            return ExitCode.OutputClosed;
        }
        catch (InputException exception)
        {
            terminal.Complain(exception.Message);
            return ExitCode.BadInput;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CheckpointException or ArgumentException or InvalidOperationException or OutOfMemoryException or PlatformNotSupportedException)
        {
            // What a model or the system refuses has a message for people.
            terminal.Complain(exception.Message);
            return ExitCode.BadInput;
        }
    }

    private static string MisuseMessage(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        string[] unmatched = [.. result.UnmatchedTokens];
        if (command is RootCommand && unmatched is [var name, ..] && !name.StartsWith('-'))
        {
            // All that follows what is no command is unmatched, too.
            return $"'{name}' is no command.{Suggestion(name, command)} 'kernelgen --help' shows which there are.";
        }

        string suggestions = string.Concat(unmatched.Select(token => Suggestion(token, command)));
        string called = command is RootCommand ? "" : command.Name + " ";
        return $"{string.Join(" ", result.Errors.Select(static error => error.Message))}{suggestions} 'kernelgen {called}--help' shows what there is.";
    }

    private static string Suggestion(string written, Command command)
    {
        IEnumerable<Symbol> symbols = written.StartsWith('-') ? command.Options : command.Subcommands;
        return Spelling.Nearest(written, symbols.Select(static symbol => symbol.Name)) is { } nearest ? $" Did you mean '{nearest}'?" : "";
    }

    private static RootCommand Create(Terminal terminal)
    {
        var command = new RootCommand(Description)
        {
            HelpName = "kernelgen",
            Subcommands =
            {
                new InspectCommand(terminal),
                new CheckCommand(terminal),
                new PackCommand(terminal),
                new BenchCommand(terminal),
                new TranslateCommand(terminal),
                new ScoreCommand(terminal),
                new TranscribeCommand(terminal),
                new ServeCommand(terminal),
                new CompletionsCommand(terminal),
            },
        };

        // The others look like paths and patterns to a shell.
        ICollection<string> aliases = command.Options.OfType<HelpOption>().Single().Aliases;
        aliases.Clear();
        aliases.Add("-h");
        return command;
    }
}

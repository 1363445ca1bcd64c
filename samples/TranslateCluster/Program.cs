using System.CommandLine;
using System.Text;
using KernelGen.Samples.TranslateCluster.Commands;

namespace KernelGen.Samples.TranslateCluster;

internal static class Program
{
    /// <summary>All was done.</summary>
    public const int Success = 0;

    /// <summary>Something failed.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>It was interrupted; the job goes on, or can be gone on with.</summary>
    public const int Interrupted = 130;

    // How long a command may take to end after Ctrl+C: a silo tells the others that it leaves.
    private static readonly TimeSpan EndingTime = TimeSpan.FromSeconds(25);

    private static async Task<int> Main(string[] arguments)
    {
        ParseResult result = Parse(arguments);
        if (result.Errors.Count > 0)
        {
            WriteError($"{result.Errors[0].Message.TrimEnd('.')}; --help shows what there is");
            return WrongUsage;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = EndingTime });
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (Exception exception)
        {
            WriteError(exception.Message);
            return Failure;
        }
    }

    internal static ParseResult Parse(string[] arguments)
    {
        var command = new RootCommand("""
            Translates files of short, everyday Chinese sentences into English on as many machines as there are: processes called silos, each with the model, share the work of jobs.

            Exit status: 0 when all was done, 1 when something failed, 2 when the command line is wrong, 130 when it was interrupted.
            """)
        {
            new SiloCommand(), new TranslateCommand(), new StatusCommand(), new CancelCommand(), new RetryCommand(),
        };
        command.Directives.Clear();
        return command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
    }

    /// <summary>Writes one line to standard error, in UTF-8 whatever the locale.</summary>
    public static void WriteError(string message) => Write(Console.OpenStandardError(), $"TranslateCluster: {message.ReplaceLineEndings(" ")}\n");

    /// <summary>Writes a line to standard output, in UTF-8 whatever the locale.</summary>
    public static void WriteLine(string line) => Write(Console.OpenStandardOutput(), line + "\n");

    private static void Write(Stream stream, string text)
    {
        using (stream)
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
    }
}

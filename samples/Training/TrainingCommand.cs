using System.CommandLine;
using System.Text;

namespace KernelGen.Samples.Training;

/// <summary>A program that does nothing but train: reads its command line, lets Ctrl+C interrupt, and says what goes wrong in one line.</summary>
internal static class TrainingCommand
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int WrongUsage = 2;

    /// <summary>Runs it.</summary>
    /// <param name="program">The name of the program, which its messages begin with.</param>
    /// <param name="command">What it takes.</param>
    /// <param name="arguments">What it is given.</param>
    /// <param name="train">Trains, and tells the result; cancelled by Ctrl+C.</param>
    /// <returns>The exit status: 0 when the model is complete, 1 when something failed or was interrupted, 2 when the command line is wrong.</returns>
    public static async Task<int> RunAsync(string program, RootCommand command, string[] arguments, Func<ParseResult, CancellationToken, Task> train)
    {
        command.Directives.Clear();
        ParseResult result = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (result.Errors.Count > 0)
        {
            WriteError(program, $"{result.Errors[0].Message.TrimEnd('.')}; --help shows what there is");
            return WrongUsage;
        }

        if (result.Action is not null)
        {
            return result.Invoke();
        }

        using var interruption = new Interruption();
        try
        {
            await train(result, interruption.Token).ConfigureAwait(false);
            return Success;
        }
        catch (OperationCanceledException)
        {
            return Failure;
        }
        catch (Exception exception)
        {
            WriteError(program, exception.Message);
            return Failure;
        }
    }

    /// <summary>Writes one line to standard error, in UTF-8 whatever the locale.</summary>
    private static void WriteError(string program, string message)
    {
        using Stream error = Console.OpenStandardError();
        error.Write(Encoding.UTF8.GetBytes($"{program}: {message.ReplaceLineEndings(" ")}\n"));
    }
}

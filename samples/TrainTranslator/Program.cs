using System.CommandLine;
using System.Globalization;
using System.Text;
using KernelGen.Samples.Training;

namespace KernelGen.Samples.TrainTranslator;

internal static class Program
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int WrongUsage = 2;

    private const string Description = """
        Makes the model of samples/Translate: two vocabularies, and weights that are learned from pairs of sentences.

        An interrupted run goes on where it was, when the same command is given again.

        Exit status: 0 when the model is complete, 1 when something failed or was interrupted, 2 when the command line is wrong.
        """;

    private static async Task<int> Main(string[] arguments)
    {
        var data = new Option<string>("--data") { Description = "The folder with train.tsv, dev.tsv, and svo.tsv where there is one: a line is a Chinese sentence, a tab, and an English one.", HelpName = "folder", Required = true };
        var output = new Option<string>("--output") { Description = "The folder for the model, the log, and the state from which an interrupted run goes on.", HelpName = "folder", DefaultValueFactory = static _ => "translator" };
        Option<int> steps = CountOption.Create("--steps", "The number of steps.", 6_000);
        Option<int> threads = CountOption.Create("--threads", "Threads that share the work.", Environment.ProcessorCount);
        var command = new RootCommand(Description) { data, output, steps, threads };
        command.Directives.Clear();
        ParseResult result = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (result.Errors.Count > 0)
        {
            WriteError($"{result.Errors[0].Message.TrimEnd('.')}; --help shows what there is");
            return WrongUsage;
        }

        if (result.Action is not null)
        {
            return result.Invoke();
        }

        using var interruption = new Interruption();
        try
        {
            string folder = result.GetValue(output)!;
            double score = await TranslatorTraining.RunAsync(
                result.GetValue(data)!, folder, result.GetValue(steps), result.GetValue(threads), Console.Error, interruption.Token).ConfigureAwait(false);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"BLEU on dev.tsv {score:F2}; the model is in {folder}"));
            return Success;
        }
        catch (OperationCanceledException)
        {
            return Failure;
        }
        catch (Exception exception)
        {
            WriteError(exception.Message);
            return Failure;
        }
    }

    /// <summary>Writes one line to standard error, in UTF-8 whatever the locale.</summary>
    private static void WriteError(string message)
    {
        using Stream error = Console.OpenStandardError();
        error.Write(Encoding.UTF8.GetBytes($"TrainTranslator: {message.ReplaceLineEndings(" ")}\n"));
    }
}

using System.CommandLine;
using System.Globalization;
using KernelGen.Samples.Training;

namespace KernelGen.Samples.TrainTranslator;

internal static class Program
{
    private const string Description = """
        Makes the model of samples/Translate: two vocabularies, and weights that are learned from pairs of sentences.

        An interrupted run goes on where it was, when the same command is given again.

        Exit status: 0 when the model is complete, 1 when something failed or was interrupted, 2 when the command line is wrong.
        """;

    private static Task<int> Main(string[] arguments)
    {
        var data = new Option<string>("--data") { Description = "The folder with train.tsv, dev.tsv, and svo.tsv where there is one: a line is a Chinese sentence, a tab, and an English one.", HelpName = "folder", Required = true };
        var output = new Option<string>("--output") { Description = "The folder for the model, the log, and the state from which an interrupted run goes on.", HelpName = "folder", DefaultValueFactory = static _ => "translator" };
        Option<int> steps = CountOption.Create("--steps", "The number of steps.", 6_000);
        Option<int> threads = CountOption.Create("--threads", "Threads that share the work.", Environment.ProcessorCount);
        var command = new RootCommand(Description) { data, output, steps, threads };
        return TrainingCommand.RunAsync(nameof(TrainTranslator), command, arguments, async (result, cancellationToken) =>
        {
            string folder = result.GetValue(output)!;
            double score = await TranslatorTraining.RunAsync(
                result.GetValue(data)!, folder, result.GetValue(steps), result.GetValue(threads), Console.Error, cancellationToken).ConfigureAwait(false);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"BLEU on dev.tsv {score:F2}; the model is in {folder}"));
        });
    }
}

using System.CommandLine;
using System.Globalization;
using KernelGen.Samples.Training;

namespace KernelGen.Samples.TrainTranscriber;

internal static class Program
{
    private const string Description = """
        Makes a small Whisper that hears spoken commands: espeak-ng speaks them, and the model learns from what it says.

        An interrupted run goes on where it was, when the same command is given again.

        Exit status: 0 when the model is complete, 1 when something failed or was interrupted, 2 when the command line is wrong.
        """;

    private static Task<int> Main(string[] arguments)
    {
        var data = new Option<string>("--data") { Description = "The folder of the recordings, which are made where they are not there.", HelpName = "folder", DefaultValueFactory = static _ => "recordings" };
        var output = new Option<string>("--output") { Description = "The folder for the model, the log, and the state from which an interrupted run goes on.", HelpName = "folder", DefaultValueFactory = static _ => "transcriber" };
        var wav = new Option<string>("--wav") { Description = "A folder for what the model is tested with, as WAV files to listen to.", HelpName = "folder" };
        var from = new Option<string>("--from") { Description = "Weights that a new run begins with.", HelpName = "file" };
        var rate = new Option<double>("--rate") { Description = "The highest learning rate, from which it falls to nothing.", HelpName = "number", DefaultValueFactory = static _ => 1e-3 };
        Option<int> recordings = CountOption.Create("--recordings", "The number of recordings that are learned from.", 6_000);
        Option<int> steps = CountOption.Create("--steps", "The number of steps.", 20_000);
        Option<int> threads = CountOption.Create("--threads", "Threads that share the work.", Environment.ProcessorCount);
        var command = new RootCommand(Description) { data, output, wav, from, rate, recordings, steps, threads };
        return TrainingCommand.RunAsync(nameof(TrainTranscriber), command, arguments, async (result, cancellationToken) =>
        {
            string folder = result.GetValue(output)!;
            WordErrors errors = await TranscriberTraining.RunAsync(
                result.GetValue(data)!, folder, result.GetValue(recordings), result.GetValue(wav), result.GetValue(from), result.GetValue(rate), result.GetValue(steps), result.GetValue(threads), Console.Error, cancellationToken)
                .ConfigureAwait(false);
            foreach ((string said, string heard) in errors.Wrong)
            {
                Console.WriteLine($"said: {said}\nheard: {heard}");
            }

            foreach ((string voice, double wrong) in errors.OfVoices)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{voice}: {100 * wrong:F1} % of words wrong"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"voices that nothing was learned from: {100 * errors.Rate:F2} % of words wrong; the model is in {folder}"));
        });
    }
}

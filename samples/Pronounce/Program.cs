using System.Globalization;
using System.Reflection;
using System.Text;
using KernelGen.Samples.Training;

namespace KernelGen.Samples.Pronounce;

internal static class Program
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int WrongUsage = 2;

    // The console's own reader and writer depend on the locale.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            var commandLine = new CommandLine(arguments);
            if (commandLine.Error is { } error)
            {
                WriteError(error);
                return WrongUsage;
            }

            if (commandLine.IsQuestion)
            {
                commandLine.Show();
                return Success;
            }

            return commandLine.IsTraining ? await TrainAsync(commandLine).ConfigureAwait(false) : Pronounce(commandLine);
        }
        catch (Exception exception)
        {
            WriteError(exception.Message);
            return Failure;
        }
    }

    private static int Pronounce(CommandLine commandLine)
    {
        using Pronouncer model = commandLine.Model is { } path ? Pronouncer.Load(path) : Embedded();
        using var output = new StreamWriter(Console.OpenStandardOutput(), Utf8) { NewLine = "\n" };
        bool failed = false;
        int number = 0;
        foreach (string line in commandLine.Words.Length > 0 ? commandLine.Words : StandardInput())
        {
            string word = line.Trim();
            number++;
            if (word.Length > Letters.LongestWord)
            {
                WriteError($"word {number} has {word.Length} letters; at most {Letters.LongestWord} can be pronounced at once");
                failed = true;
                word = "";
            }

            if (Letters.Unknown(word) is { Length: > 0 } unknown)
            {
                WriteError($"word {number} has letters that the model does not know: {unknown}; they are left out");
            }

            int[] letters = Letters.Encode(word);
            output.WriteLine(letters.Length == 1 ? "" : Phonemes.Decode(model.Generate(letters, Search.Options).Hypotheses[0].Tokens.AsSpan()));

            // Whoever feeds words one by one gets each pronunciation at once.
            output.Flush();
        }

        return failed ? Failure : Success;
    }

    private static async Task<int> TrainAsync(CommandLine commandLine)
    {
        if (!File.Exists(Path.Combine(commandLine.Dictionary, "train.tsv")))
        {
            WriteError($"--dictionary {commandLine.Dictionary} has no train.tsv; the folder samples/Pronounce/dictionary of the repository has");
            return Failure;
        }

        using var interruption = new Interruption();
        await using var error = new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true, NewLine = "\n" };
        try
        {
            (double wrong, string model) = await PronouncerTraining.RunAsync(
                commandLine.Dictionary, commandLine.From, commandLine.Output, commandLine.Epochs, commandLine.Threads, error, interruption.Token).ConfigureAwait(false);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{100 * wrong:F2} % of the words of dev.tsv are wrong; the model is {model}"));
            return Success;
        }
        catch (OperationCanceledException)
        {
            return Failure;
        }
    }

    /// <summary>The model with the weights within this program.</summary>
    private static Pronouncer Embedded() => Pronouncer.Load(
        Assembly.GetExecutingAssembly().GetManifestResourceStream("model.safetensors")
        ?? throw new InvalidOperationException("this program was built without weights; give some with --model, or train some"));

    private static IEnumerable<string> StandardInput()
    {
        using var input = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        while (input.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Writes one line to standard error.</summary>
    private static void WriteError(string message)
    {
        using Stream error = Console.OpenStandardError();
        error.Write(Utf8.GetBytes($"Pronounce: {message.ReplaceLineEndings(" ")}\n"));
    }
}

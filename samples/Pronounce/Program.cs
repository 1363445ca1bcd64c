using System.Text;

namespace KernelGen.Samples.Pronounce;

internal static class Program
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int WrongUsage = 2;

    // The console's own reader and writer depend on the locale; phonemes are UTF-8 everywhere.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static int Main(string[] arguments)
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

            return Run(commandLine);
        }
        catch (Exception exception)
        {
            WriteError(exception.Message);
            return Failure;
        }
    }

    private static int Run(CommandLine commandLine)
    {
        var tokens = new WordTokens(PronouncerConfiguration.Read(FileOf(commandLine.Model, "config.json")));
        using var model = Pronouncer.Load(FileOf(commandLine.Model, "model.safetensors"));
        using var output = new StreamWriter(Console.OpenStandardOutput(), Utf8) { NewLine = "\n" };
        bool failed = false;
        int number = 0;
        foreach (string line in commandLine.Words.Length > 0 ? commandLine.Words : StandardInput())
        {
            string word = line.Trim();
            number++;
            if (word.Length > WordTokens.LongestWord)
            {
                WriteError($"word {number} has {word.Length} letters; at most {WordTokens.LongestWord} can be pronounced at once");
                failed = true;
                word = "";
            }

            if (tokens.Unknown(word) is { Length: > 0 } unknown)
            {
                WriteError($"word {number} has letters that the model does not know: {unknown}; what is said for them is a guess");
            }

            output.WriteLine(word.Length == 0 ? "" : tokens.Decode(model.Generate(tokens.Encode(word)).Hypotheses[0].Tokens.AsSpan()));

            // Whoever feeds words one by one gets each pronunciation at once.
            output.Flush();
        }

        return failed ? Failure : Success;
    }

    private static string FileOf(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException(
                Directory.Exists(folder)
                    ? $"--model {folder} has no {name}; the folder must hold config.json and model.safetensors of a Hugging Face BART from letters to phonemes"
                    : $"--model {folder} is no folder; it must be one with config.json and model.safetensors of a Hugging Face BART from letters to phonemes");
    }

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

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace KernelGen.Samples.Translate;

internal static class Program
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int WrongUsage = 2;

    // The console's own reader and writer depend on the locale; sentences are UTF-8 everywhere.
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
        if (commandLine.InstructionSet is { } instructionSet && !InstructionSets.IsSupported(instructionSet))
        {
            WriteError($"--isa {instructionSet.ToString().ToLowerInvariant()} cannot be used: this CPU lacks it, or the program was published without it");
            return Failure;
        }

        using var output = new StreamWriter(Console.OpenStandardOutput(), Utf8) { NewLine = "\n" };
        long start = Stopwatch.GetTimestamp();
        using var translator = new TextTranslator(commandLine.Model, commandLine.InstructionSet);
        TimeSpan loading = Stopwatch.GetElapsedTime(start);
        if (commandLine.Pack is { } packedFile)
        {
            translator.Pack(packedFile);
        }

        start = Stopwatch.GetTimestamp();
        int sentences = 0;
        bool failed = false;
        bool readsInput = commandLine.Sentences.Length == 0 && commandLine.Pack is null;
        foreach (string sentence in readsInput ? StandardInput() : commandLine.Sentences)
        {
            sentences++;
            try
            {
                output.WriteLine(translator.Translate(sentence));
            }
            catch (SentenceTooLongException exception)
            {
                output.WriteLine();
                WriteError($"sentence {sentences} {exception.Message}");
                failed = true;
            }

            // Whoever feeds sentences one by one gets each translation at once.
            output.Flush();
        }

        if (commandLine.ShowsTime)
        {
            ShowTime(loading, Stopwatch.GetElapsedTime(start), sentences, translator.GeneratedTokens);
        }

        return failed ? Failure : Success;
    }

    private static IEnumerable<string> StandardInput()
    {
        using var input = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        while (input.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static void ShowTime(TimeSpan loading, TimeSpan translating, int sentences, long tokens)
    {
        double seconds = Math.Max(translating.TotalSeconds, 1e-9);
        WriteError(string.Create(
            CultureInfo.InvariantCulture,
            $"loaded in {loading.TotalMilliseconds:F1} ms; {sentences} sentences and {tokens} tokens in {seconds:F3} s: {sentences / seconds:F0} sentences/s, {tokens / seconds:F0} tokens/s"));
    }

    /// <summary>Writes one line to standard error.</summary>
    private static void WriteError(string message)
    {
        using Stream error = Console.OpenStandardError();
        error.Write(Utf8.GetBytes($"Translate: {message.ReplaceLineEndings(" ")}\n"));
    }
}

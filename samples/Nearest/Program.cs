using System.Globalization;
using System.Text;

namespace KernelGen.Samples.Nearest;

/// <summary>Sorts sentences by how near they are in meaning to another.</summary>
internal static class Program
{
    private const string Usage =
        """
        Sorts Chinese sentences by how near they are in meaning to another, by the encoder of a translator.

          Nearest QUERY [SENTENCE...]

        Without sentences, each line of standard input is one (UTF-8).
        """;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static int Main(string[] arguments)
    {
        if (arguments is [] or ["--help" or "-h"])
        {
            Console.Out.WriteLine(Usage);
            return arguments.Length == 0 ? 2 : 0;
        }

        try
        {
            IEnumerable<string> sentences = arguments.Length > 1 ? arguments[1..] : ReadLines();
            using var search = new MeaningSearch();
            using var output = new StreamWriter(Console.OpenStandardOutput(), Utf8) { NewLine = "\n" };
            foreach ((string sentence, float similarity) in search.Sort(arguments[0], sentences))
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{similarity:F3}  {sentence}"));
            }

            return 0;
        }
        catch (ArgumentException exception)
        {
            Console.Error.WriteLine("Nearest: " + exception.Message);
            return 1;
        }
    }

    private static IEnumerable<string> ReadLines()
    {
        using var input = new StreamReader(Console.OpenStandardInput(), Utf8);
        while (input.ReadLine() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return line;
            }
        }
    }
}

using System.Text.RegularExpressions;

namespace KernelGen.Tool.Folders;

/// <summary>What the library says of its options, said of those of the command line.</summary>
internal static partial class OptionWords
{
    private static readonly (string Library, string Shown)[] Words =
    [
        (", ... (all are in Languages once it is loaded with any)", " and others"),
        (" (all are in Languages once it is loaded with any)", ""),
        ("Load the tokenizer with TargetLanguage", "Give --target-language"),
        ("LibreTranslateOptions.", ""),
        ("SourceLanguage", "--source-language"),
        ("TargetLanguage", "--target-language"),
        ("TextGeneratorOptions.LongTexts can have it cut off", "--long-lines can have it split or cut off"),
    ];

    /// <summary>The message of an exception.</summary>
    public static string Of(Exception exception)
    {
        string message = exception is ArgumentException { ParamName: { } name } ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : exception.Message;
        message = Example().Replace(message, "--source-language $1 --target-language $2");
        message = TextNumber().Replace(message, static match => match.Groups[1].Success ? "A sentence of it" : "It");
        return Words.Aggregate(message, static (text, word) => text.Replace(word.Library, word.Shown, StringComparison.Ordinal));
    }

    /// <summary>The number of a text counts from where the work began, which tells nobody anything.</summary>
    [GeneratedRegex("^(Sentence [0-9]+ of )?[tT]ext [0-9]+(?= has )")]
    private static partial Regex TextNumber();

    [GeneratedRegex("""new\(\) \{ SourceLanguage = "([^"]*)", TargetLanguage = "([^"]*)" \}""")]
    private static partial Regex Example();
}

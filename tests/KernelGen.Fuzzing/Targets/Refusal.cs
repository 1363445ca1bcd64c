using System.Buffers;
using System.Globalization;
using System.Text;

namespace KernelGen.Fuzzing.Targets;

/// <summary>What a documented refusal must be: its message says of which file it speaks, and can be shown to a person.</summary>
internal static class Refusal
{
    /// <summary>More than any message of one problem needs; files can hold names of any length.</summary>
    public const int LongestMessage = 4000;

    /// <summary>Fails where a refusal is of no use.</summary>
    /// <param name="exception">The refusal.</param>
    /// <param name="source">What its message must begin with.</param>
    /// <returns>False: the file was not accepted.</returns>
    public static bool Check(Exception exception, string source)
    {
        string message = exception.Message;
        if (!message.StartsWith(source + " ", StringComparison.Ordinal) && !message.StartsWith(source + ":", StringComparison.Ordinal))
        {
            throw new FindingException($"The message does not begin with '{source}': {message}", exception);
        }

        CheckText(message);
        return false;
    }

    /// <summary>Fails where a text from a file would disturb whoever reads it.</summary>
    public static void CheckText(string text)
    {
        if (text.Length > LongestMessage)
        {
            throw new FindingException($"The message has {text.Length} characters: {text[..200]}...");
        }

        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty;)
        {
            bool isWhole = Rune.DecodeFromUtf16(rest, out Rune character, out int length) == OperationStatus.Done;
            if (!isWhole || Rune.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                throw new FindingException($"The message has control characters, or others that disturb it (U+{character.Value:X4}): {text}");
            }

            rest = rest[length..];
        }
    }
}

/// <summary>A file did what no file may.</summary>
internal sealed class FindingException(string message, Exception? innerException = null) : Exception(message, innerException);

using System.Collections.Immutable;
using System.Text;

namespace KernelGen.Text;

/// <summary>Reads the <c>normalizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class NormalizerReader
{
    private const string Known = "Sequence, Precompiled, Replace, Prepend and Strip are the normalizers that are read";

    /// <summary>Reads the steps, in order.</summary>
    public static ImmutableArray<TextNormalizer> Read(JsonPart part)
    {
        var steps = ImmutableArray.CreateBuilder<TextNormalizer>();
        Read(part, steps);
        return steps.ToImmutable();
    }

    private static void Read(JsonPart part, ImmutableArray<TextNormalizer>.Builder steps)
    {
        if (!part.Exists)
        {
            return;
        }

        switch (part.Type)
        {
            case "Sequence":
                foreach (JsonPart step in part.Member("normalizers").Items())
                {
                    Read(step, steps);
                }

                break;
            case "Precompiled":
                if (Map(part.Member("precompiled_charsmap")) is { } map)
                {
                    steps.Add(new CharacterMapNormalizer(map));
                }

                break;
            case "Replace":
                steps.Add(Replacement(part));
                break;
            case "Prepend":
                byte[] prefix = Encoding.UTF8.GetBytes(part.Member("prepend").Text());
                steps.Add(new PrependNormalizer(prefix));
                break;
            case "Strip":
                steps.Add(new StripNormalizer(part.Member("strip_left").Flag(otherwise: true), part.Member("strip_right").Flag(otherwise: true)));
                break;
            case string other:
                throw part.NotSupported(VocabularyFile.Quote(other), Known);
        }
    }

    private static CharacterMap? Map(JsonPart part)
    {
        if (!part.Exists)
        {
            return null;
        }

        try
        {
            return CharacterMap.Read(Convert.FromBase64String(part.Text()));
        }
        catch (FormatException)
        {
            throw part.Error("is not base64");
        }
        catch (InvalidDataException exception) when (exception.Message.StartsWith("its ", StringComparison.Ordinal))
        {
            throw part.Error($"is damaged: {exception.Message}");
        }
    }

    private static ReplaceNormalizer Replacement(JsonPart part)
    {
        JsonPart pattern = part.Member("pattern");
        byte[] content = Encoding.UTF8.GetBytes(part.Member("content").Text());
        if (pattern.Member("Regex").OptionalText() is { } regex)
        {
            // What SentencePiece's models are converted with; whoever reads more needs a whole engine of regular expressions, with its own time limits.
            return regex == " {2,}" ? new ReplaceNormalizer([(byte)' '], content, leastRepetitions: 2) : throw pattern.NotSupported(
                $"the regular expression {VocabularyFile.Quote(regex)}", "\" {2,}\" is the one that is read");
        }

        byte[] text = Encoding.UTF8.GetBytes(pattern.Member("String").Text());
        return text.Length > 0 ? new ReplaceNormalizer(text, content, leastRepetitions: 0) : throw pattern.Error("is an empty string");
    }
}

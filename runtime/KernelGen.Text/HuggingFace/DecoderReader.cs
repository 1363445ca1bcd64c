namespace KernelGen.Text;

/// <summary>Reads the <c>decoder</c> of a <c>tokenizer.json</c>.</summary>
internal static class DecoderReader
{
    private const string Known = "ByteLevel, Metaspace, and a Sequence of Replace, ByteFallback, Fuse and Strip in this order are the decoders that are read";

    // Pieces must not become long texts by rules that feed each other; real files have one rule, for one character.
    private const int MostReplacements = 3;
    private const int LongestReplacement = 8;

    /// <summary>Reads the decoder.</summary>
    public static PieceDecoder Read(JsonPart part)
    {
        if (!part.Exists)
        {
            return new SpacedDecoder();
        }

        return part.Type switch
        {
            "ByteLevel" => new ByteLevelDecoder(),
            "Metaspace" => new MetaspaceDecoder(PreTokenizerReader.Replacement(part), PreTokenizerReader.Scheme(part) != PrependScheme.Never),
            "Sequence" => Steps(part),
            "Replace" or "ByteFallback" or "Fuse" => Steps([part]),
            string other => throw part.NotSupported(VocabularyFile.Quote(other), Known),
        };
    }

    private static PieceDecoder Steps(JsonPart part)
    {
        JsonPart[] steps = [.. part.Member("decoders").Items()];
        return steps.Length == 1 ? Read(steps[0]) : Steps(steps);
    }

    private static StepwiseDecoder Steps(JsonPart[] steps)
    {
        var replacements = new List<(string Pattern, string Replacement)>();
        bool hasBytes = false;
        bool isFused = false;
        char stripped = '\0';
        int stripCount = 0;
        foreach (JsonPart step in steps)
        {
            switch (step.Type)
            {
                case "Replace" when !hasBytes && !isFused:
                    replacements.Add(Replacement(step, replacements.Count));
                    break;
                case "ByteFallback" when !hasBytes && !isFused:
                    hasBytes = true;
                    break;
                case "Fuse" when stripCount == 0:
                    isFused = true;
                    break;
                case "Strip" when isFused && stripCount == 0:
                    string content = step.Member("content").Text();
                    stripped = content.Length == 1 ? content[0] : throw step.Member("content").Error("is not one character");
                    stripCount = step.Member("start").OptionalNumber() ?? 0;
                    if (step.Member("stop").OptionalNumber() is > 0)
                    {
                        throw step.NotSupported("dropping text at the end", "dropping it at the start is what is read");
                    }

                    break;
                case string other:
                    throw step.NotSupported($"{VocabularyFile.Quote(other)} at this place", Known);
            }
        }

        return new StepwiseDecoder { Replacements = [.. replacements], HasBytes = hasBytes, Stripped = stripped, StripCount = stripCount };
    }

    private static (string Pattern, string Replacement) Replacement(JsonPart step, int before)
    {
        string pattern = step.Member("pattern").Member("String").Text();
        string content = step.Member("content").Text();
        return pattern.Length == 0 ? throw step.Error("replaces the empty string")
            : before == MostReplacements || content.Length > LongestReplacement
                ? throw step.NotSupported("so many or so long replacements", $"{MostReplacements} of {LongestReplacement} characters at most are read")
                : (pattern, content);
    }
}

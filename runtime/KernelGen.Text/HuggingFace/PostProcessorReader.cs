using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>Reads the <c>post_processor</c> of a <c>tokenizer.json</c>: which tokens stand around a text.</summary>
internal static class PostProcessorReader
{
    private const string Known = "Sequence, TemplateProcessing, RobertaProcessing, BertProcessing and ByteLevel are the processors that are read";

    /// <summary>Reads the tokens before and after a text.</summary>
    public static (ImmutableArray<int> Prefix, ImmutableArray<int> Suffix) Read(JsonPart part, PieceTable vocabulary)
    {
        if (!part.Exists)
        {
            return ([], []);
        }

        switch (part.Type)
        {
            case "Sequence":
                (ImmutableArray<int> Prefix, ImmutableArray<int> Suffix) all = ([], []);
                foreach (JsonPart step in part.Member("processors").Items())
                {
                    (ImmutableArray<int> prefix, ImmutableArray<int> suffix) = Read(step, vocabulary);
                    all = ([.. prefix, .. all.Prefix], [.. all.Suffix, .. suffix]);
                }

                return all;
            case "TemplateProcessing":
                return Template(part);
            case "RobertaProcessing" or "BertProcessing":
                return ([Named(part.Member("cls"))], [Named(part.Member("sep"))]);
            case "ByteLevel":
                // It trims offsets only.
                return ([], []);
            default:
                throw part.NotSupported(VocabularyFile.Quote(part.Type), Known);
        }
    }

    private static (ImmutableArray<int> Prefix, ImmutableArray<int> Suffix) Template(JsonPart part)
    {
        var prefix = ImmutableArray.CreateBuilder<int>();
        var suffix = ImmutableArray.CreateBuilder<int>();
        bool isAfter = false;
        JsonPart single = part.Member("single");
        foreach (JsonPart item in single.Items())
        {
            if (item.Member("Sequence") is { Exists: true } sequence)
            {
                if (isAfter || sequence.Member("id").Text() != "A")
                {
                    throw single.NotSupported("more than the text A", "one text with tokens around it is what is read");
                }

                isAfter = true;
                continue;
            }

            string name = item.Member("SpecialToken").Member("id").Text();
            foreach (JsonPart token in part.Member("special_tokens").Member(name).Member("ids").Items())
            {
                (isAfter ? suffix : prefix).Add(token.Number());
            }
        }

        return isAfter ? (prefix.ToImmutable(), suffix.ToImmutable()) : throw single.Error("does not say where the text is");
    }

    /// <summary>The number in a pair of a token's name and number.</summary>
    private static int Named(JsonPart part)
    {
        JsonPart[] pair = [.. part.Items()];
        return pair.Length == 2 && pair[0].IsText ? pair[1].Number() : throw part.Error("is not a pair of a token and its number");
    }
}

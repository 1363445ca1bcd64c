using System.Collections.Immutable;
using System.Text;

namespace KernelGen.Text;

/// <summary>Reads the <c>pre_tokenizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class PreTokenizerReader
{
    private const string Known = "Sequence, ByteLevel, Metaspace and WhitespaceSplit are the pre-tokenizers that are read";

    /// <summary>Reads the steps, in order.</summary>
    public static ImmutableArray<PreTokenizer> Read(JsonPart part)
    {
        var steps = ImmutableArray.CreateBuilder<PreTokenizer>();
        Read(part, steps);
        for (int i = 0; i + 1 < steps.Count; i++)
        {
            if (steps[i] is ByteLevel)
            {
                throw part.NotSupported("a step after ByteLevel", "ByteLevel is the last");
            }
        }

        return steps.ToImmutable();
    }

    /// <summary>Reads what a Metaspace does at the beginning of words; old files have a flag for it.</summary>
    public static PrependScheme Scheme(JsonPart part)
    {
        JsonPart scheme = part.Member("prepend_scheme");
        return scheme.OptionalText() switch
        {
            null => part.Member("add_prefix_space").Flag(otherwise: true) ? PrependScheme.Always : PrependScheme.Never,
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            string other => throw scheme.Error($"is {VocabularyFile.Quote(other)}; it must be \"always\", \"first\" or \"never\""),
        };
    }

    /// <summary>Reads the character that a Metaspace puts in the place of spaces.</summary>
    public static string Replacement(JsonPart part)
    {
        string replacement = part.Member("replacement").OptionalText() ?? "\u2581";
        return Rune.DecodeFromUtf16(replacement, out Rune character, out int length) == System.Buffers.OperationStatus.Done && length == replacement.Length && character.Value != ' '
            ? replacement
            : throw part.Member("replacement").Error("is not one character other than the space");
    }

    private static void Read(JsonPart part, ImmutableArray<PreTokenizer>.Builder steps)
    {
        if (!part.Exists)
        {
            return;
        }

        switch (part.Type)
        {
            case "Sequence":
                foreach (JsonPart step in part.Member("pretokenizers").Items())
                {
                    Read(step, steps);
                }

                break;
            case "ByteLevel":
                steps.Add(new ByteLevel(part.Member("add_prefix_space").Flag(otherwise: true), part.Member("use_regex").Flag(otherwise: true)));
                break;
            case "Metaspace":
                steps.Add(new Metaspace(Encoding.UTF8.GetBytes(Replacement(part)), Scheme(part), part.Member("split").Flag(otherwise: true)));
                break;
            case "WhitespaceSplit":
                steps.Add(new WhitespaceSplit());
                break;
            case string other:
                throw part.NotSupported(VocabularyFile.Quote(other), Known);
        }
    }
}

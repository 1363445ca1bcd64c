using System.Collections.Immutable;
using KernelGen.Text;

namespace KernelGen.Audio;

/// <summary>The tokens of what is written about sound and not said: names of speakers in brackets, musical notes. Commas, stops, question and exclamation marks are not among them.</summary>
internal static class NonSpeechTokens
{
    private const string Symbols = "\"#()*+/:;<=>@[\\]^_`{|}~「」『』";

    /// <summary>They have several tokens in most vocabularies; the first of them is the same for all from U+2640 to U+267F, none of which anybody says.</summary>
    private const string Notes = "♩♪♫♬♭♮♯";

    private static readonly ImmutableArray<string> Sequences =
        ["<<", ">>", "<<<", ">>>", "--", "---", "-(", "-[", "('", "(\"", "((", "))", "(((", ")))", "[[", "]]", "{{", "}}", "♪♪", "♪♪♪"];

    /// <summary>The tokens of a vocabulary, in ascending order.</summary>
    /// <param name="tokenizer">Its tokenizer.</param>
    public static ImmutableArray<int> Of(ITokenizer tokenizer)
    {
        // A hyphen or an apostrophe within a word is said, in a way; before a word it is not.
        var tokens = new SortedSet<int> { tokenizer.Encode(" -")[0], tokenizer.Encode(" '")[0] };
        foreach (string symbol in Symbols.Select(static symbol => symbol.ToString()).Concat(Sequences))
        {
            Add(tokens, tokenizer.Encode(symbol), isEnoughToBegin: false);
            Add(tokens, tokenizer.Encode(" " + symbol), isEnoughToBegin: false);
        }

        foreach (char note in Notes)
        {
            Add(tokens, tokenizer.Encode(note.ToString()), isEnoughToBegin: true);
            Add(tokens, tokenizer.Encode(" " + note), isEnoughToBegin: true);
        }

        return [.. tokens];
    }

    private static void Add(SortedSet<int> tokens, int[] encoded, bool isEnoughToBegin)
    {
        if (encoded.Length == 1 || isEnoughToBegin)
        {
            tokens.Add(encoded[0]);
        }
    }
}

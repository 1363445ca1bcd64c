using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>The source of a Marian model that writes several languages: each text says into which, by a code at its start or by the one chosen for all.</summary>
/// <param name="texts">Encodes texts that begin with a code.</param>
/// <param name="code">The code to put before texts that have none, or <see langword="null"/> where none was chosen.</param>
/// <param name="codes">All codes, for errors.</param>
internal sealed class MarianTargetLanguage(MarianLanguageTokenizer texts, string? code, ImmutableArray<string> codes) : ITokenizer, ISpanTokenizer, ILanguageCodes
{
    public int VocabularySize => texts.VocabularySize;

    public int? PadToken => texts.PadToken;

    public int? StartToken => texts.StartToken;

    public int? EndToken => texts.EndToken;

    public int? UnknownToken => texts.UnknownToken;

    public int[] Encode(string text) => texts.Encode(WithCode(text));

    public void Encode(string text, List<int> tokens) => texts.Encode(WithCode(text), tokens);

    public void Encode(string text, List<TokenSpan> tokens)
    {
        int first = tokens.Count;
        string coded = WithCode(text);
        texts.Encode(coded, tokens);

        // A code that the text does not have is in none of it.
        int added = coded.Length - text.Length;
        foreach (ref TokenSpan span in CollectionsMarshal.AsSpan(tokens)[first..])
        {
            int start = Math.Max(0, span.Start - added);
            span = new TokenSpan(span.Token, start, Math.Max(0, span.Start + span.Length - added) - start);
        }
    }

    public int CodeLength(string text) => MarianVocabulary.LanguageCodeLength(text);

    public string Piece(int token) => texts.Piece(token);

    public string Decode(ReadOnlySpan<int> tokens) => texts.Decode(tokens);

    public StreamingDecoder CreateDecoder() => texts.CreateDecoder();

    private string WithCode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (string.IsNullOrWhiteSpace(text) || codes.Contains(text[..MarianVocabulary.LanguageCodeLength(text)]))
        {
            return text;
        }

        return code is not null ? code + text : throw new ArgumentException(
            $"The text does not say into which of the model's {codes.Length} languages it is to be translated. Load the tokenizer with TargetLanguage, or begin the text with a code such as {codes[0]}.",
            nameof(text));
    }
}

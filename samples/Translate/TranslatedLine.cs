using System.Text.Json;
using System.Text.Json.Serialization;
using KernelGen.Text;

namespace KernelGen.Samples.Translate;

/// <summary>A line of input and what became of it.</summary>
/// <param name="Source">The line.</param>
/// <param name="Translation">The best translations of its sentences in one line.</param>
/// <param name="Sentences">Its sentences, or their parts where the model does not take them whole; none where the line is empty.</param>
internal sealed record TranslatedLine(string Source, string Translation, IReadOnlyList<TranslatedSentence> Sentences)
{
    /// <summary>What the line holds that the model does not know, as a warning, or <see langword="null"/>.</summary>
    [JsonIgnore]
    public string? Warning { get; private init; }

    /// <summary>Describes what was generated for a line.</summary>
    public static TranslatedLine Of(string line, TextGenerationResult result) =>
        new(line, result.Text.ReplaceLineEndings(" "), [.. result.Sentences.Where(sentence => !line.AsSpan(sentence.Start, sentence.Length).IsWhiteSpace()).Select(sentence => TranslatedSentence.Of(line, sentence))])
        {
            Warning = UnknownCharacters.Describe(line, result.UnknownTokens, result.IsUnknown),
        };
}

/// <summary>A sentence and its translations, the best first.</summary>
/// <param name="Source">The sentence.</param>
/// <param name="Start">Where it starts in its line, in UTF-16 code units.</param>
/// <param name="Hypotheses">The translations.</param>
/// <param name="Unknown">What of it the model does not know, and guesses, or <see langword="null"/>.</param>
/// <param name="AllUnknown">Whether it holds nothing else.</param>
internal sealed record TranslatedSentence(
    string Source,
    int Start,
    IReadOnlyList<TranslatedText> Hypotheses,
    IReadOnlyList<UnknownPart>? Unknown,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool AllUnknown)
{
    /// <summary>Describes what was generated for a sentence of a line.</summary>
    public static TranslatedSentence Of(string line, GeneratedSentence sentence) => new(
        line.Substring(sentence.Start, sentence.Length),
        sentence.Start,
        [.. sentence.Hypotheses.Select(static hypothesis => new TranslatedText(hypothesis.Text, hypothesis.Score))],
        sentence.UnknownTokens.IsEmpty ? null : [.. sentence.UnknownTokens.Select(static token => new UnknownPart(token.Text, token.Start))],
        sentence.IsUnknown);
}

/// <summary>One translation of a sentence.</summary>
/// <param name="Text">The translation.</param>
/// <param name="Score">The mean log-probability of its tokens, or <see langword="null"/> where it was not asked for.</param>
internal sealed record TranslatedText(string Text, float? Score);

/// <summary>A part of a line that the model does not know.</summary>
/// <param name="Text">What it is.</param>
/// <param name="Start">Where it starts in the line, in UTF-16 code units.</param>
internal sealed record UnknownPart(string Text, int Start);

/// <summary>How lines are written as JSON; generated while compiling, so that native programs have it.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TranslatedLine))]
internal sealed partial class TranslationJson : JsonSerializerContext;

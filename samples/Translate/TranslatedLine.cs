using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelGen.Samples.Translate;

/// <summary>A line of input and what became of it.</summary>
/// <param name="Source">The line.</param>
/// <param name="Sentences">Its sentences: itself, several where it is longer than the model takes, none where it is empty.</param>
internal sealed record TranslatedLine(string Source, [property: JsonPropertyOrder(1)] IReadOnlyList<TranslatedSentence> Sentences)
{
    /// <summary>The best translations of the sentences in one line.</summary>
    public string Translation { get; } = string.Join(' ', Sentences.Select(static sentence => sentence.Hypotheses[0].Text));
}

/// <summary>A sentence and its translations, the best first.</summary>
/// <param name="Source">The sentence.</param>
/// <param name="Hypotheses">The translations.</param>
internal sealed record TranslatedSentence(string Source, IReadOnlyList<TranslatedText> Hypotheses);

/// <summary>One translation of a sentence.</summary>
/// <param name="Text">The translation.</param>
/// <param name="Score">The mean log-probability of its tokens, or <see langword="null"/> where it was not asked for.</param>
internal sealed record TranslatedText(string Text, float? Score);

/// <summary>How lines are written as JSON; generated while compiling, so that native programs have it.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TranslatedLine))]
internal sealed partial class TranslationJson : JsonSerializerContext;

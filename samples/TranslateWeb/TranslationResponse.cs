using System.ComponentModel;
using System.Text.Json.Serialization;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>The answer of <c>POST /translations</c>.</summary>
internal sealed record TranslationResponse(
    [property: Description("For each text, in the order of the request.")] Translation[] Translations);

/// <summary>What became of one text.</summary>
internal sealed record Translation(
    [property: Description("The text of the request.")] string Source,
    [property: Description("The best translations of its sentences, with the line breaks of the text.")] string Text,
    [property: Description("Its sentences, in their order; of one that is longer than the model takes, its parts.")] TranslatedSentence[] Sentences);

/// <summary>What became of one sentence.</summary>
internal sealed record TranslatedSentence(
    [property: Description("The sentence.")] string Source,
    [property: Description("Where it starts in the text, in UTF-16 code units.")] int Start,
    [property: Description("Its translations, the best first.")] TranslationHypothesis[] Hypotheses,
    [property: Description("What of it the model does not know, and guesses; only where there is such.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UnknownPart[]? Unknown,
    [property: Description("Whether it holds nothing else, so that its translation has nothing to do with it; only where that is so.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool AllUnknown);

/// <summary>A part of a text that the model does not know.</summary>
internal sealed record UnknownPart(
    [property: Description("What it is.")] string Text,
    [property: Description("Where it starts in the text, in UTF-16 code units.")] int Start);

/// <summary>One translation.</summary>
internal sealed record TranslationHypothesis(
    [property: Description("The English text.")] string Text,
    [property: Description("The mean log-probability of a token; only of a beam wider than 1.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] float? Score,
    [property: Description("Where the model looked; only where the request asked for it.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AttentionMap? Attention);

/// <summary>Cross-attention of the last decoder layer, the mean of its heads.</summary>
internal sealed record AttentionMap(
    [property: Description("What the encoder read: a character a token.")] string[] SourceTokens,
    [property: Description("The text that each generated token adds; the last is <eos> where the model ended by itself.")] string[] TargetTokens,
    [property: Description("A row for each target token: with which probability it attended to each source token.")] float[][] Weights);

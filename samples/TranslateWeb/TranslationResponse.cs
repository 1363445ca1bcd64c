using System.ComponentModel;
using System.Text.Json.Serialization;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>The answer of <c>POST /translate</c>.</summary>
internal sealed record TranslationResponse(
    [property: Description("For each text, in the order of the request.")] Translation[] Translations);

/// <summary>What became of one text.</summary>
internal sealed record Translation(
    [property: Description("The text of the request.")] string Source,
    [property: Description("Its translations, the best first.")] TranslationHypothesis[] Hypotheses);

/// <summary>One translation.</summary>
internal sealed record TranslationHypothesis(
    [property: Description("The English text.")] string Text,
    [property: Description("The mean log-probability of a token; only of a beam wider than 1.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] float? Score,
    [property: Description("Where the model looked; only where the request asked for it.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AttentionMap? Attention);

/// <summary>Cross-attention of the last decoder layer, the mean of its heads.</summary>
internal sealed record AttentionMap(
    [property: Description("What the encoder read: a character a token, then <eos>.")] string[] SourceTokens,
    [property: Description("The text that each generated token adds; the last is <eos> where the model ended by itself.")] string[] TargetTokens,
    [property: Description("A row for each target token: with which probability it attended to each source token.")] float[][] Weights);

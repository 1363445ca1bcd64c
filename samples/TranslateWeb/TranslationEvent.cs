using System.ComponentModel;
using System.Text.Json.Serialization;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>What a stream sends: for each sentence a <c>token</c> event for each token, then one <c>sentence</c> event; at last one <c>done</c> event.</summary>
[JsonDerivedType(typeof(TokenEvent))]
[JsonDerivedType(typeof(SentenceEvent))]
[JsonDerivedType(typeof(DoneEvent))]
internal abstract record TranslationEvent;

/// <summary>A token was generated.</summary>
internal sealed record TokenEvent(
    [property: Description("Which sentence it is of, from 0.")] int Sentence,
    [property: Description("Its place in the translation of the sentence, from 0.")] int Index,
    [property: Description("Its number in the vocabulary.")] int Token,
    [property: Description("The text that it adds; empty while a character is incomplete.")] string Text) : TranslationEvent;

/// <summary>The translation of a sentence is complete.</summary>
internal sealed record SentenceEvent(
    [property: Description("Which sentence it is, from 0.")] int Index,
    [property: Description("The sentence.")] string Source,
    [property: Description("Where it starts in the text, in UTF-16 code units.")] int Start,
    [property: Description("What stands before its translation in that of the text: nothing, a space or line breaks.")] string Separator,
    [property: Description("Its translation.")] string Text,
    [property: Description("Where the model looked.")] AttentionMap Attention,
    [property: Description("What of it the model does not know, and guesses; only where there is such.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UnknownPart[]? Unknown,
    [property: Description("Whether it holds nothing else, so that its translation has nothing to do with it; only where that is so.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool AllUnknown) : TranslationEvent;

/// <summary>The translation is complete.</summary>
internal sealed record DoneEvent(
    [property: Description("The whole translation.")] string Text) : TranslationEvent;

using System.ComponentModel;
using System.Text.Json.Serialization;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>What a stream sends: a <c>token</c> event for each token, then one <c>done</c> event.</summary>
[JsonDerivedType(typeof(TokenEvent))]
[JsonDerivedType(typeof(DoneEvent))]
internal abstract record TranslationEvent;

/// <summary>A token was generated.</summary>
internal sealed record TokenEvent(
    [property: Description("Its place in the translation, from 0.")] int Index,
    [property: Description("Its number in the vocabulary.")] int Token,
    [property: Description("The text that it adds; empty while a character is incomplete.")] string Text) : TranslationEvent;

/// <summary>The translation is complete.</summary>
internal sealed record DoneEvent(
    [property: Description("The whole translation.")] string Text,
    [property: Description("Where the model looked.")] AttentionMap Attention) : TranslationEvent;

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>The body of <c>POST /translations</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record TranslationRequest
{
    [Required, Description("Chinese texts, of any number of sentences each, which are translated one by one.")]
    public string?[]? Texts { get; init; }

    // Set, not init: generated readers give init properties that are absent their type's default.
    [Description("How many hypotheses the search follows: 1 (the default) is greedy search.")]
    public int Beam { get; set; } = 1;

    [Description("How many translations of each sentence to return, the best first; at most as many as the beam is wide.")]
    public int NBest { get; set; } = 1;

    [Description("Whether to tell where the model looked for each token.")]
    public bool Attention { get; init; }
}

/// <summary>The body of <c>POST /translate/stream</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record StreamRequest
{
    [Required, Description("A Chinese text, of any number of sentences, which are translated one by one.")]
    public string? Text { get; init; }
}

using System.ComponentModel.DataAnnotations;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>Between which languages a service translates, and how much a request may ask for.</summary>
public sealed class LibreTranslateOptions
{
    /// <summary>
    /// The language of the texts, as clients write it: <c>en</c>, <c>zh</c>. Needed where the model is not told it, such as a Marian: it reads one language, and its files need not say
    /// which. Of a model that is told it, all are offered unless one is given here, as the model or as clients write it.
    /// </summary>
    public string? SourceLanguage { get; set; }

    /// <summary>The language that texts are translated into, in the same way.</summary>
    public string? TargetLanguage { get; set; }

    /// <summary>What is put before each text, as a T5 is told what to do: <c>translate English to German: </c>. Default: nothing.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>
    /// Changes how is generated, from what the model's folder says; called once for each pair of languages, so that requests have equal options and go together.
    /// <see langword="null"/>, the default, changes nothing.
    /// </summary>
    public Func<GenerationOptions, GenerationOptions>? Generation { get; set; }

    /// <summary>The most texts that one request may bring; never more than the queue has room for. Default: 32.</summary>
    [Range(1, 1024)]
    public int MaxTexts { get; set; } = 32;

    /// <summary>The most other translations that one request may ask for; the search follows one hypothesis more. Default: 7.</summary>
    [Range(0, 31)]
    public int MaxAlternatives { get; set; } = 7;

    /// <summary>How much work one request may ask for, in tokens of the source, as <see cref="RequestWork"/> counts them. Default: 4096.</summary>
    [Range(16, 1_000_000)]
    public int MaxWork { get; set; } = 4096;

    /// <summary>
    /// How many characters pages are told that they may send (<c>charLimit</c> of <c>GET /frontend/settings</c>), of which nothing is checked. <see langword="null"/>, the default,
    /// for a quarter of <see cref="MaxWork"/>.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int? CharacterLimit { get; set; }
}

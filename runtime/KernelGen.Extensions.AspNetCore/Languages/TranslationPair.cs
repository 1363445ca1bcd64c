using KernelGen.Text;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>What translates from one language into another.</summary>
/// <param name="Generator">The model between the two.</param>
/// <param name="Options">How to generate.</param>
internal sealed record TranslationPair(TextGenerator Generator, GenerationOptions Options)
{
    /// <summary>How to search for the best translations; requests that ask for as many have equal options, and go together.</summary>
    /// <param name="count">How many.</param>
    public GenerationOptions OptionsOf(int count) =>
        count == 1 ? Options
        : count <= Options.BeamSize ? Options with { HypothesisCount = count }
        : Options with { BeamSize = count, HypothesisCount = count, BeamGroups = 1, DiversityPenalty = 0 };
}

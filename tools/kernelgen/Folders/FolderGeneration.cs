using KernelGen.Text;
using KernelGen.Tool.CommandLine;

namespace KernelGen.Tool.Folders;

/// <summary>How the model of a folder generates: as its files say, and otherwise where the command line says something.</summary>
/// <param name="generator">The model.</param>
/// <param name="folder">Its folder.</param>
internal sealed class FolderGeneration(TextGenerator generator, string folder)
{
    /// <summary>Says what is worth knowing of the folder.</summary>
    public void Tell(Terminal terminal)
    {
        foreach (string notice in generator.Model.Notices)
        {
            terminal.Note(notice);
        }

        if (!generator.UnsupportedGenerationKeys.IsEmpty)
        {
            terminal.Note($"the folder asks for what is not supported: {string.Join("; ", generator.UnsupportedGenerationKeys.Select(static key => $"{key.Key} ({key.Reason})"))}. Results may differ from those of Transformers.");
        }

        if (generator.DefaultGeneration.Sampling is not null)
        {
            terminal.Note("the folder asks for random tokens (do_sample); the most probable ones are searched for instead, so that the same lines give the same results.");
        }
    }

    /// <summary>How to generate.</summary>
    /// <param name="defaults">What the files say.</param>
    /// <param name="beam">How many hypotheses to follow; <see langword="null"/> for as many as the files say.</param>
    /// <param name="leastBeam">How many there are at least where the files say.</param>
    /// <param name="maxLength">The most tokens; <see langword="null"/> for as many as the files say, or as the model writes.</param>
    /// <exception cref="InputException">The model does not write so many tokens.</exception>
    public GenerationOptions Options(GenerationOptions defaults, int? beam, int leastBeam, int? maxLength)
    {
        GenerationOptions options = defaults with { Sampling = null };
        int width = beam ?? Math.Max(options.BeamSize, leastBeam);
        if (width != options.BeamSize)
        {
            options = options with { BeamSize = width, BeamGroups = 1, DiversityPenalty = 0, EarlyStopping = width == 1 ? EarlyStopping.Heuristic : options.EarlyStopping };
        }

        int most = generator.Model.MaxTargetLength;
        return maxLength is { } length ? length <= most ? options with { MaxLength = length } : throw new InputException($"--max-length {length} is more than the {most} tokens that the model writes.")
            : !GenerationLength.IsSaid(folder) ? options with { MaxLength = most }    // Transformers stop after 20 tokens where a folder is silent, which is no use for a translation.
            : options;
    }
}

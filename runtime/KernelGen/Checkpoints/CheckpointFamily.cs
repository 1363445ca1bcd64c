using KernelGen.Families;

namespace KernelGen.Checkpoints;

/// <summary>Guesses by its names what a file is, to say so where it does not fit.</summary>
internal sealed class CheckpointFamily
{
    private readonly string[] _names;

    /// <param name="file">The file.</param>
    /// <param name="declared">The declared architecture.</param>
    public CheckpointFamily(Checkpoint file, Architecture declared)
    {
        _names = new string[file.Tensors.Count];
        int count = 0;
        foreach (string name in file.Tensors.Keys)
        {
            _names[count++] = name;
        }

        Other = file.ShardAdvice ?? OtherFamily(_names, declared);
    }

    /// <summary>What the file seems to be instead of all the tensors of a model of the declared architecture, and what to do; otherwise <see langword="null"/>.</summary>
    public string? Other { get; }

    /// <summary>What the file seems to be instead, and what to do about it; <see langword="null"/> when nothing can be told.</summary>
    /// <param name="missing">The expected name.</param>
    public string? Hint(string missing)
    {
        if (_names.Length == 0)
        {
            return "The file has no tensors at all.";
        }

        string suffix = "." + missing;
        return Other is null && Array.Find(_names, name => name.EndsWith(suffix, StringComparison.Ordinal)) is { } prefixed
            ? $"It has {CheckpointException.Quote(prefixed)}: write the file without the prefix {CheckpointException.Quote(prefixed[..^missing.Length])}."
            : Other;
    }

    private static string? OtherFamily(string[] names, Architecture declared) => Recognize(names) switch
    {
        null => null,
        (_, { } architecture) when architecture == declared => null,
        (string name, { } architecture) => $"The file looks like a {name} checkpoint: declare Architecture.{architecture}, or load the matching file.",
        (string name, null) => $"The file looks like a {name} checkpoint, which no architecture reads. Load the matching file.",
    };

    /// <summary>The family that wrote the file, and the architecture that reads it, where there is one; <see langword="null"/> when nothing can be told.</summary>
    /// <param name="names">The names in the file.</param>
    public static (string Name, Architecture? Architecture)? Recognize(string[] names)
    {
        bool Any(string part) => Array.Exists(names, name => name.Contains(part, StringComparison.Ordinal));

        foreach (Family family in Family.All)
        {
            foreach (Family style in family.Styles)
            {
                if (style.Wrote(Any))
                {
                    return (style.CheckpointName, family.Architecture);
                }
            }
        }

        if (Any(".self_attn.in_proj_weight"))
        {
            return ("torch.nn.TransformerEncoder", null);
        }

        if (Any(".SelfAttention.q.weight"))
        {
            return (Any("decoder.block.") ? "Hugging Face UMT5 or LongT5" : "Hugging Face T5 encoder", null);
        }

        if (Any(".encoder_attn.q_proj."))
        {
            return (Any(".experts.") ? "Hugging Face NLLB-MoE" : "Hugging Face LED", null);
        }

        return Any(".self_attn.q_proj.weight")
                ? (Any("encoder.layers.") ? "Hugging Face encoder-only (or one of several parts of a)" : "decoder-only (Llama and the like)", null)
            : Any("attention.self.query.weight") ? ("Hugging Face BERT", null)
            : null;
    }
}

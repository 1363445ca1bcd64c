namespace KernelGen.Checkpoints;

/// <summary>Guesses by its names what a file is.</summary>
internal static class CheckpointFamily
{
    /// <summary>What the file seems to be instead, and what to do about it; <see langword="null"/> when nothing can be told.</summary>
    /// <param name="names">The names in the file.</param>
    /// <param name="missing">The expected name.</param>
    /// <param name="declared">The declared architecture.</param>
    public static string? Hint(IEnumerable<string> names, string missing, Architecture declared)
    {
        string[] all = [.. names];
        if (all.Length == 0)
        {
            return "The file has no tensors at all.";
        }

        string suffix = "." + missing;
        if (Array.Find(all, name => name.EndsWith(suffix, StringComparison.Ordinal)) is { } prefixed)
        {
            return $"It has {CheckpointException.Quote(prefixed)}: write the file without the prefix {CheckpointException.Quote(prefixed[..^missing.Length])}.";
        }

        return OtherFamily(all, declared);
    }

    /// <summary>Which family the file seems to be of, when that is not the declared one, and what to do about it; otherwise <see langword="null"/>.</summary>
    /// <param name="names">The names in the file.</param>
    /// <param name="declared">The declared architecture.</param>
    public static string? OtherFamily(IEnumerable<string> names, Architecture declared) => Recognize([.. names]) switch
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

        if (Any(".self_attn.in_proj_weight"))
        {
            return Any("decoder.") ? ("torch.nn.Transformer", Architecture.Vanilla) : ("torch.nn.TransformerEncoder", null);
        }

        if (Any(".SelfAttention.q.weight"))
        {
            return ("Hugging Face T5", null);
        }

        if (Any(".encoder_attn.q_proj."))
        {
            return Any("encoder.conv1.") ? ("Hugging Face Whisper", null)
                : Any(".layernorm_embedding.") ? ("Hugging Face BART", Architecture.Bart)
                : Any("encoder.layer_norm.") ? ("Hugging Face M2M100 or Pegasus", null)
                : ("Hugging Face Marian", Architecture.Marian);
        }

        return Any(".self_attn.q_proj.weight") ? ("decoder-only (Llama and the like)", null)
            : Any("attention.self.query.weight") ? ("Hugging Face BERT", null)
            : null;
    }
}

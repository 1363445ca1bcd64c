using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Families;

/// <summary>What the models of speech have in common in Hugging Face Transformers: one embedding, of target tokens, which their output projection may be.</summary>
internal abstract class SpeechFamily : HuggingFaceFamily
{
    public override string Head => "proj_out.weight";

    public override string[] Embeddings(ModelSettings settings, Stack stack, string prefix, out string usual)
    {
        usual = OwnEmbeddings(stack, prefix);
        return settings.TieEmbeddings ? [usual, Head] : [usual];
    }

    /// <summary>What their checkpoints have no tensors for.</summary>
    public override IEnumerable<(string Property, string Reason)> FindLacking(ModelSettings settings)
    {
        foreach ((string property, string reason) in base.FindLacking(settings))
        {
            yield return (property, reason);
        }

        if (settings.EmbeddingNorm)
        {
            yield return (nameof(settings.EmbeddingNorm), "they have no norm of embeddings");
        }

        if (settings.OutputBias)
        {
            yield return (nameof(settings.OutputBias), "their output projection has no bias");
        }
    }
}

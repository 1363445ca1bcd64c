using KernelGen.Families;

namespace KernelGen.Execution;

/// <summary>What whoever uses a model should know of its weights, though they fit.</summary>
internal static class ModelNotices
{
    /// <summary>The notices of a model.</summary>
    /// <param name="model">The declared model.</param>
    /// <param name="sharesOutput">Whether its output projection is its target embedding.</param>
    public static IReadOnlyList<string> Of(ModelDescription model, bool sharesOutput)
    {
        if (!model.TieEmbeddings || sharesOutput || Family.Of(model.Architecture).HeadIsWhatItsFileHas)
        {
            return [];
        }

        string head = Family.Of(model.Architecture).Head;
        return
        [
            $"The weights have an output projection of their own, '{head}', which differs from the target embedding, and '{model.Name}' is declared with {nameof(model.TieEmbeddings)} = true. "
                + $"It is used as it is. Declare {nameof(model.TieEmbeddings)} = false if that is meant; otherwise check where the weights come from.",
        ];
    }
}

using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Families;
using KernelGen.Packing;
using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>What the layout of parameters follows from, beside the declared model: it comes from a checkpoint.</summary>
/// <param name="SharesEmbedding">Whether the target embedding is the source embedding.</param>
/// <param name="SharesOutput">Whether the output projection is the target embedding.</param>
/// <param name="SourcePositions">The rows of the source's table of learned positions; 0 where there is none.</param>
/// <param name="TargetPositions">Those of the target's.</param>
/// <param name="HasPrefix">Whether names of tensors begin with the family's prefix; those of a bare model do not.</param>
internal sealed record ParameterShape(bool SharesEmbedding, bool SharesOutput, int SourcePositions, int TargetPositions, bool HasPrefix)
{
    /// <summary>The shape of a checkpoint. Tables that merely hold equal numbers are trained each for itself, where the family or the declaration keeps them apart.</summary>
    public static ParameterShape Of(CheckpointTensors tensors, ModelDescription description)
    {
        var facts = LayoutFacts.Of(tensors, WeightPrecision.Float32, hasScreen: false);
        var family = Family.Of(description.Architecture);
        return new(
            SharesEmbedding: facts.SharesEmbedding && family.SharesEmbeddings,
            SharesOutput: facts.SharesOutput && description.TieEmbeddings,
            Positions(Stack.Encoder),
            Positions(Stack.Decoder),
            HasPrefix: tensors.Prefix == family.Prefix);

        int Positions(Stack stack) => FindPositions(tensors.Recipe, stack) is { } table ? tensors.Weight(table).Rows : 0;
    }

    /// <summary>The shape of a new model.</summary>
    public static ParameterShape OfNew(ModelDescription description)
    {
        var family = Family.Of(description.Architecture);
        var recipe = ModelRecipe.Of(description);
        return new(
            SharesEmbedding: family.SharesEmbeddings && description.SourceVocabularySize == description.TargetVocabularySize,
            SharesOutput: family.TiesOutput(description),
            Positions(Stack.Encoder),
            Positions(Stack.Decoder),
            HasPrefix: true);

        int Positions(Stack stack) => (int)(FindPositions(recipe, stack)?.Rows.Size ?? 0);
    }

    private static ModelTensor? FindPositions(ModelRecipe recipe, Stack stack)
    {
        foreach (ModelTensor tensor in recipe.Tensors)
        {
            if (tensor.Role == TensorRole.Positions && tensor.Stack == stack)
            {
                return tensor;
            }
        }

        return null;
    }
}

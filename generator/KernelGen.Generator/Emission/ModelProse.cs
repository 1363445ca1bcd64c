using System.Globalization;
using KernelGen.Generator.Planning;
using KernelGen.Generator.Specification;
using KernelGen.Recipes;

namespace KernelGen.Generator.Emission;

/// <summary>Describes a model in words and numbers: its layers, their shapes, its parameters, and what a token costs.</summary>
internal static class ModelProse
{
    /// <summary>The lines of the description.</summary>
    public static IEnumerable<string> Lines(string name, ModelPlan plan)
    {
        ModelSpecification model = plan.Specification;
        yield return $"{name}: an encoder-decoder Transformer after the preset {model.Architecture}.";
        yield return "";
        if (model.IsSpeech)
        {
            int frames = FrontEnd.Of(model).MostFrames(model.MaxSourceLength);
            yield return model.SourceChannels == 1 ? $"Source samples of sound, at most {Count(frames)}" : $"Source frames of {Count(model.SourceChannels)} numbers, at most {Count(frames)}";
            foreach (WeightSlot slot in plan.Recipe.Convolutions)
            {
                Convolution convolution = slot.Convolution!;
                yield return $"  - convolution over {convolution.Taps} {(convolution.ReadsSamples ? "samples" : "rows")}, step {convolution.Step}, {Product(slot.Inputs, slot.Outputs)}"
                    + $"{(convolution.Function is { } function ? $", {function}" : "")}{(convolution.GroupNormEpsilon is null ? "" : ", then a norm over all rows together")}";
            }

            yield return $"  - rows {model.ModelDimension} wide{Positions(model)}";
        }
        else
        {
            yield return $"Source tokens, at most {Count(model.MaxSourceLength)} of a vocabulary of {Count(model.SourceVocabularySize)}";
            yield return Embedding(model);
        }

        foreach (string line in Layers(plan.Recipe.Encoder, model, ["self-attention"]))
        {
            yield return line;
        }

        yield return "";
        yield return $"Target tokens, at most {Count(model.MaxTargetLength)} of a vocabulary of {Count(model.TargetVocabularySize)}";
        yield return Embedding(model);
        foreach (string line in Layers(plan.Recipe.Decoder, model, ["causal self-attention", "attention to the encoder's output"]))
        {
            yield return line;
        }

        yield return $"  - output projection {Product(model.ModelDimension, model.TargetVocabularySize)}{(model.TieEmbeddings ? ", the target embedding" : "")}"
            + (model.OutputBias ? ", with a bias" : "");
        yield return "";
        foreach (string line in Costs(plan))
        {
            yield return line;
        }
    }

    private static string Embedding(ModelSpecification model) =>
        $"  - embedding, {model.ModelDimension} wide{(model.ScaleEmbedding ? $", times √{model.ModelDimension}" : "")}{Positions(model)}{(model.EmbeddingNorm ? $", {Norm(model)}" : "")}";

    private static string Norm(ModelSpecification model) =>
        model.Normalization == Normalization.RootMeanSquare ? "norm by the root mean square" : model.NormShift ? "layer norm" : "layer norm without a shift";

    private static string Positions(ModelSpecification model) => model.PositionalEncoding switch
    {
        PositionalEncoding.None => "",
        PositionalEncoding.Learned => ", plus learned positions",
        PositionalEncoding.Sinusoidal => ", plus sinusoidal positions (sines and cosines in turns)",
        PositionalEncoding.SinusoidalSplit => ", plus sinusoidal positions (sines, then cosines)",
        PositionalEncoding.Relative or PositionalEncoding.Rotary => "",
        PositionalEncoding.SinusoidalFairseq => ", plus fairseq's sinusoidal positions (sines, then cosines)",
        _ => throw new InvalidOperationException($"The positions {model.PositionalEncoding} cannot be described."),
    };

    private static string PositionsOfAttention(ModelSpecification model) => model.PositionalEncoding switch
    {
        PositionalEncoding.Relative => ", with relative positions",
        PositionalEncoding.Rotary => $", with rotary positions in {2 * model.RotaryPairs} of them",
        _ => "",
    };

    private static IEnumerable<string> Layers(StackRecipe stack, ModelSpecification model, string[] attentions)
    {
        (string name, int layers) = (stack.Name, stack.Layers);
        string norm = model.NormPlacement == NormPlacement.Pre ? $"after a {Norm(model)}, plus residual" : $"plus residual, then {Norm(model)}";
        yield return $"  - {name}: {layers} {(layers == 1 ? "layer" : "layers, each")}";
        foreach (string attention in attentions)
        {
            yield return $"      - {attention}: {model.Heads} {(model.Heads == 1 ? "head" : "heads")} of {model.HeadDimension}{(attention.EndsWith("self-attention", StringComparison.Ordinal) ? PositionsOfAttention(model) : "")}; {norm}";
        }

        FeedForwardOperation feedForward = stack.Layer.Select(static sublayer => sublayer.Operation).OfType<FeedForwardOperation>().Single();
        string gate = feedForward.IsGated ? $" twice, {feedForward.Function} of the first times the second, " : $", {feedForward.Function}, ";
        yield return $"      - feed-forward {Product(model.ModelDimension, model.FeedForwardDimension)}{gate}"
            + $"{Product(model.FeedForwardDimension, model.ModelDimension)}; {norm}";
        if (model.FinalNorm)
        {
            yield return $"      - after the last layer: {Norm(model)}";
        }
    }

    private static IEnumerable<string> Costs(ModelPlan plan)
    {
        ModelSpecification model = plan.Specification;
        yield return $"Parameters: {Count(Parameters(Stack.Encoder))} in the encoder's layers, {Count(Parameters(Stack.Decoder))} in the decoder's,";
        yield return (model.IsSpeech ? "" : $"{Count(Table(Stack.Encoder))} in the source embedding, ") + $"{Count(Table(Stack.Decoder))} in the target embedding"
            + (model.TieEmbeddings ? "." : " and as many in the output projection.");
        yield return $"FLOPs of matrix products: {Count(Flops(static slot => slot.Stack == Stack.Encoder || slot.Role == WeightRole.KeysAndValues))} for each source {(model.IsSpeech ? "position" : "token")}, "
            + $"{Count(Flops(static slot => slot.IsReadInEachStep))} for each target token;";
        yield return $"each attention takes {Count(plan.Attention.Flops(visible: 1))} more for each position that a token sees.";

        long Parameters(Stack stack) => plan.Recipe.Tensors.Where(tensor => tensor.Stack == stack && (tensor.Sublayer is not null || tensor.Role == TensorRole.FinalNorm)).Sum(static tensor => tensor.Parameters);
        long Table(Stack stack) => plan.Recipe.Tensors.Where(tensor => tensor.Stack == stack && tensor.Role == TensorRole.Embedding).Sum(static tensor => tensor.Parameters);
        long Flops(Func<WeightSlot, bool> counts) => plan.Recipe.Slots.Where(slot => slot.IsLinear && counts(slot)).Sum(slot => plan.Linears[slot.Shape].FlopsPerRow * RowsPerPosition(slot));

        // Of the rows of a convolution those behind it make fewer.
        long RowsPerPosition(WeightSlot slot) => slot.Role != WeightRole.Convolution ? 1
            : plan.Recipe.Convolutions.Where(other => other.Index > slot.Index).Aggregate(1L, static (rows, other) => rows * other.Convolution!.Step);
    }

    private static string Product(int inputs, int outputs) => $"{inputs} → {outputs}";

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

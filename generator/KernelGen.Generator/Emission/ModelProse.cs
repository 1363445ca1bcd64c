using System.Globalization;
using KernelGen.Generator.Planning;
using KernelGen.Generator.Specification;

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
        yield return $"Source tokens, at most {Count(model.MaxSourceLength)} of a vocabulary of {Count(model.SourceVocabularySize)}";
        yield return Embedding(model);
        foreach (string line in Stack("encoder", model.EncoderLayers, model, ["self-attention"]))
        {
            yield return line;
        }

        yield return "";
        yield return $"Target tokens, at most {Count(model.MaxTargetLength)} of a vocabulary of {Count(model.TargetVocabularySize)}";
        yield return Embedding(model);
        foreach (string line in Stack("decoder", model.DecoderLayers, model, ["causal self-attention", "attention to the encoder's output"]))
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
        $"  - embedding, {model.ModelDimension} wide{(model.ScaleEmbedding ? $", times √{model.ModelDimension}" : "")}{Positions(model)}{(model.EmbeddingNorm ? ", layer norm" : "")}";

    private static string Positions(ModelSpecification model) => model.PositionalEncoding switch
    {
        PositionalEncoding.None => "",
        PositionalEncoding.Learned => ", plus learned positions",
        PositionalEncoding.Sinusoidal => ", plus sinusoidal positions (sines and cosines in turns)",
        PositionalEncoding.SinusoidalSplit => ", plus sinusoidal positions (sines, then cosines)",
        _ => throw new InvalidOperationException($"The positions {model.PositionalEncoding} cannot be described."),
    };

    private static IEnumerable<string> Stack(string name, int layers, ModelSpecification model, string[] attentions)
    {
        string norm = model.NormPlacement == NormPlacement.Pre ? "after a layer norm, plus residual" : "plus residual, then layer norm";
        yield return $"  - {name}: {layers} {(layers == 1 ? "layer" : "layers, each")}";
        foreach (string attention in attentions)
        {
            yield return $"      - {attention}: {model.Heads} {(model.Heads == 1 ? "head" : "heads")} of {model.HeadDimension}; {norm}";
        }

        yield return $"      - feed-forward {Product(model.ModelDimension, model.FeedForwardDimension)}, {model.Activation}, "
            + $"{Product(model.FeedForwardDimension, model.ModelDimension)}; {norm}";
        if (model.FinalNorm)
        {
            yield return "      - after the last layer: layer norm";
        }
    }

    private static IEnumerable<string> Costs(ModelPlan plan)
    {
        ModelSpecification model = plan.Specification;
        long dimension = model.ModelDimension, feedForward = model.FeedForwardDimension;
        long norm = 2 * dimension, attention = (4 * dimension * dimension) + (4 * dimension) + norm;
        long contraction = (2 * dimension * feedForward) + feedForward + dimension + norm;
        long finalNorm = model.FinalNorm ? norm : 0;
        yield return $"Parameters: {Count((model.EncoderLayers * (attention + contraction)) + finalNorm)} in the encoder's layers, "
            + $"{Count((model.DecoderLayers * ((2 * attention) + contraction)) + finalNorm)} in the decoder's,";
        yield return $"{Count(dimension * model.SourceVocabularySize)} in the source embedding, {Count(dimension * model.TargetVocabularySize)} in the target embedding"
            + (model.TieEmbeddings ? "." : " and as many in the output projection.");

        long own = plan.QueryKeyValue.FlopsPerRow + plan.AttentionOutput.FlopsPerRow;
        long cross = plan.CrossQuery.FlopsPerRow + plan.AttentionOutput.FlopsPerRow;
        long hidden = plan.FeedForwardExpand.FlopsPerRow + plan.FeedForwardContract.FlopsPerRow;
        long source = (model.EncoderLayers * (own + hidden)) + (model.DecoderLayers * plan.CrossKeyValue.FlopsPerRow);
        long target = (model.DecoderLayers * (own + cross + hidden)) + plan.Logits.FlopsPerRow;
        yield return $"FLOPs of matrix products: {Count(source)} for each source token, {Count(target)} for each target token;";
        yield return $"each attention takes {Count(plan.Attention.Flops(visible: 1))} more for each position that a token sees.";
    }

    private static string Product(int inputs, int outputs) => $"{inputs} → {outputs}";

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

using System.Globalization;
using KernelGen.Checkpoints;
using KernelGen.Tool.Declarations;

namespace KernelGen.Tool.Weights;

/// <summary>
/// Finds out from the names and shapes of a checkpoint's tensors how its model is declared. What they do not tell (how many heads share a matrix, where
/// norms stand, the activation, how long sequences were) is the preset of the architecture, or an assumption that is marked as one.
/// </summary>
internal sealed class CheckpointInference
{
    private const string Unknown = "the tensors do not tell";
    private const int UsualHeadDimension = 64;
    private const int UsualMaxLength = 512;

    private static readonly string Readable = string.Join(", ", Families.Family.All.Select(static family => family.CheckpointName));

    private readonly Checkpoint _file;
    private readonly Architecture _architecture;
    private readonly List<DeclaredProperty> _properties = [];

    private CheckpointInference(Checkpoint file, Architecture architecture) => (_file, _architecture) = (file, architecture);

    /// <summary>The family that wrote a checkpoint, and the architecture that reads it.</summary>
    /// <exception cref="InputException">No family is recognised, or none that an architecture reads.</exception>
    public static (string Family, Architecture Architecture) Recognize(Checkpoint file) =>
        CheckpointFamily.Recognize([.. file.Tensors.Keys]) switch
        {
            (string family, { } architecture) => (family, architecture),
            (string family, null) => throw new InputException($"{file.Source} looks like a {family} checkpoint, which no architecture reads. KernelGen reads torch.nn.Transformer, Marian, BART and mBART."),
            null => throw new InputException($"{file.Source} has {file.Tensors.Count} tensors of no known family. KernelGen reads {Readable}, by the names that PyTorch and Hugging Face Transformers give."),
        };

    /// <summary>The declaration of a checkpoint's model, by its tensors alone.</summary>
    /// <exception cref="InputException">The tensors are not those of a model.</exception>
    public static ModelDeclaration Infer(Checkpoint file)
    {
        (_, Architecture architecture) = Recognize(file);
        var inference = new CheckpointInference(file, architecture);
        inference.Infer();
        return new ModelDeclaration("Model", $"Architecture.{architecture}", inference._properties, "the tensors of the file");
    }

    /// <summary>What a configuration file cannot tell, and the tensors do.</summary>
    public static IEnumerable<DeclaredProperty> BesideConfiguration(Checkpoint file)
    {
        var inference = new CheckpointInference(file, Recognize(file).Architecture);
        inference.InferOutputBias();
        return inference._properties;
    }

    private void Infer()
    {
        string prefix = _architecture == Architecture.Vanilla ? Prefix("transformer.") : Prefix("model.");
        string encoder = prefix + "encoder.";
        string decoder = prefix + "decoder.";
        bool isVanilla = _architecture == Architecture.Vanilla;

        string sourceEmbedding = isVanilla ? "source_embedding.weight" : FirstOf(prefix + "shared.weight", encoder + "embed_tokens.weight", decoder + "embed_tokens.weight", "lm_head.weight");
        (long sourceVocabulary, long dimension) = Matrix(sourceEmbedding);
        Set("ModelDimension", dimension, sourceEmbedding);
        long heads = dimension % UsualHeadDimension == 0 ? dimension / UsualHeadDimension : 1;
        Assume("Heads", heads, $"{Unknown}; {(heads > 1 ? $"most models have {UsualHeadDimension} columns a head" : "1 always divides the dimension")}");
        string expand = encoder + (isVanilla ? "layers.0.linear1.weight" : "layers.0.fc1.weight");
        Set("FeedForwardDimension", Matrix(expand).Rows, expand);
        Set("EncoderLayers", Layers(encoder + "layers."), $"{encoder}layers.*");
        Set("DecoderLayers", Layers(decoder + "layers."), $"{decoder}layers.*");
        InferVocabularies(isVanilla ? "target_embedding.weight" : decoder + "embed_tokens.weight", sourceEmbedding, sourceVocabulary);
        InferPositions(isVanilla, encoder, decoder);
        InferNorms(isVanilla, encoder);
        if (isVanilla && !Has("generator.weight"))
        {
            Set("TieEmbeddings", "true", "there is no generator.weight");
        }

        InferOutputBias();
    }

    private void InferVocabularies(string targetEmbedding, string sourceEmbedding, long sourceVocabulary)
    {
        // One table for both sides often has one name alone.
        long targetVocabulary = _architecture == Architecture.Vanilla || Has(targetEmbedding) ? Matrix(targetEmbedding).Rows : sourceVocabulary;
        if (targetVocabulary == sourceVocabulary)
        {
            Set("VocabularySize", sourceVocabulary, sourceEmbedding);
        }
        else
        {
            Set("SourceVocabularySize", sourceVocabulary, sourceEmbedding);
            Set("TargetVocabularySize", targetVocabulary, targetEmbedding);
        }
    }

    private void InferPositions(bool isVanilla, string encoder, string decoder)
    {
        string source = isVanilla ? "source_position_embedding.weight" : encoder + "embed_positions.weight";
        string target = isVanilla ? "target_position_embedding.weight" : decoder + "embed_positions.weight";
        bool isLearned = _architecture == Architecture.Bart ? Has(source) : isVanilla && Has(source);
        if (!isLearned)
        {
            Assume("MaxSourceLength", UsualMaxLength, $"{Unknown}, for positions are computed");
            Assume("MaxTargetLength", UsualMaxLength, $"{Unknown}, for positions are computed");
            if (_architecture == Architecture.Bart)
            {
                Set("PositionalEncoding", "PositionalEncoding.SinusoidalSplit", $"there is no {source}");
            }

            return;
        }

        // Hugging Face's BART skips two rows of the table.
        int offset = _architecture == Architecture.Bart ? 2 : 0;
        Set("MaxSourceLength", Matrix(source).Rows - offset, source);
        Set("MaxTargetLength", Matrix(target).Rows - offset, target);
        if (isVanilla)
        {
            Set("PositionalEncoding", "PositionalEncoding.Learned", source);
        }
    }

    private void InferNorms(bool isVanilla, string encoder)
    {
        string finalNorm = encoder + (isVanilla ? "norm.weight" : "layer_norm.weight");
        if (Has(finalNorm) != isVanilla)
        {
            Set("FinalNorm", isVanilla ? "false" : "true", isVanilla ? $"there is no {finalNorm}" : finalNorm);
        }

        if (!isVanilla && Has(finalNorm))
        {
            // As in mBART, whose stacks end with a norm because the layers begin with theirs.
            Assume("NormPlacement", "NormPlacement.Pre", $"{Unknown}, but mBART and others with final norms have it");
        }

        string embeddingNorm = isVanilla ? "source_embedding_norm.weight" : encoder + "layernorm_embedding.weight";
        if (Has(embeddingNorm) != (_architecture == Architecture.Bart))
        {
            Set("EmbeddingNorm", Has(embeddingNorm) ? "true" : "false", Has(embeddingNorm) ? embeddingNorm : $"there is no {embeddingNorm}");
        }
    }

    private void InferOutputBias()
    {
        string bias = _architecture == Architecture.Vanilla ? "generator.bias" : "final_logits_bias";
        if (!Has(bias))
        {
            Set("OutputBias", "false", $"there is no {bias}");
        }
    }

    private string Prefix(string prefix) => _file.Tensors.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)) ? prefix : "";

    private bool Has(string name) => _file.Tensors.ContainsKey(name);

    private string FirstOf(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Has(name))
            {
                return name;
            }
        }

        return names[0];
    }

    private (long Rows, long Columns) Matrix(string name)
    {
        if (!_file.Tensors.TryGetValue(name, out TensorInfo? tensor))
        {
            throw new InputException($"{_file.Source} has no tensor '{name}', which tells the dimensions. Give --declaration or --config, and check says what else is missing.");
        }

        ReadOnlySpan<long> shape = tensor.Shape;
        return shape.Length == 2 && shape[0] > 0 && shape[1] > 0
            ? (shape[0], shape[1])
            : throw new InputException($"{_file.Source}: tensor '{name}' has shape [{string.Join(", ", shape.ToArray())}]; expected a matrix.");
    }

    private long Layers(string start)
    {
        HashSet<string> layers = [.. _file.Tensors.Keys
            .Where(name => name.StartsWith(start, StringComparison.Ordinal))
            .Select(name => name[start.Length..].Split('.')[0])];
        return layers.Count;
    }

    private void Set(string name, long value, string from) => Set(name, value.ToString(CultureInfo.InvariantCulture), from);

    private void Set(string name, string value, string from) => _properties.Add(new DeclaredProperty(name, value, from));

    private void Assume(string name, long value, string from) => Assume(name, value.ToString(CultureInfo.InvariantCulture), from);

    private void Assume(string name, string value, string from) => _properties.Add(new DeclaredProperty(name, value, from, IsAssumed: true));
}

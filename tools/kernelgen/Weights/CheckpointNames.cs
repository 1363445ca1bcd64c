using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Families;
using KernelGen.Recipes;

namespace KernelGen.Tool.Weights;

/// <summary>What a family calls the tensors of a checkpoint whose dimensions are not known yet.</summary>
internal sealed class CheckpointNames
{
    private readonly Checkpoint _file;
    private readonly Family _family;
    private readonly string _prefix;
    private readonly ModelRecipe _smallest;

    /// <param name="file">The checkpoint.</param>
    /// <param name="family">The family that wrote it.</param>
    public CheckpointNames(Checkpoint file, Family family)
    {
        (_file, _family) = (file, family);
        _prefix = family.PrefixWhere(start => file.Tensors.Keys.Any(name => name.StartsWith(start, StringComparison.Ordinal)));
        Gate = family.Gate(Stack.Encoder) is { } gate ? $"{Layers(Stack.Encoder)}0.{gate}" : null;
        _smallest = ModelRecipe.Of(SmallestOf(family.PresetOfCheckpoint(hasGate: Has(Gate), hasHead: Has(Head))));
    }

    /// <summary>The gate of the first layer; <see langword="null"/> where the family never has one.</summary>
    public string? Gate { get; }

    /// <summary>The weight of the output projection.</summary>
    public string Head => _family.Head;

    /// <summary>The bias of the output projection; <see langword="null"/> where the family never has one.</summary>
    public string? OutputBias => _family.OutputBias;

    /// <summary>Whether the file has a tensor of this name.</summary>
    public bool Has(string? name) => name is not null && _file.Tensors.ContainsKey(name);

    /// <summary>The first convolution of a family that has some.</summary>
    public string FirstConvolution => _family.Convolution(TensorRole.FirstConvolution, _prefix).Weight;

    /// <summary>What stands before the number of a layer.</summary>
    public string Layers(Stack stack) => _prefix + _family.Layers(stack);

    /// <summary>The embeddings of a stack: of their possible names the first that the file has.</summary>
    public string Embedding(Stack stack) => _family.Embeddings(_smallest.Settings, stack, _prefix, out string usual).FirstOrDefault(Has, usual);

    /// <summary>The table of positions; <see langword="null"/> where the family never has one.</summary>
    public string? Positions(Stack stack) => _family.Positions(stack, _prefix);

    /// <summary>The table of relative positions.</summary>
    public string PositionBias(Stack stack) => _family.PositionBias(stack, _prefix);

    /// <summary>The norm of embeddings; <see langword="null"/> where the family never has one.</summary>
    public string? EmbeddingNorm(Stack stack) => _family.EmbeddingNorm(stack, _prefix) is { } norm ? norm + ".weight" : null;

    /// <summary>The norm at the end of a stack.</summary>
    public string FinalNorm(Stack stack) => _family.FinalNorm(stack, _prefix) + ".weight";

    /// <summary>A tensor of the encoder's first layer.</summary>
    /// <param name="role">What it is.</param>
    /// <param name="parts">How many of its like lie one behind the other in one tensor.</param>
    public string OfFirstLayer(TensorRole role, out int parts)
    {
        TensorName name = _family.InLayer(_smallest.Tensors.First(tensor => tensor.Role == role && tensor.Stack == Stack.Encoder && tensor.Layer == 0));
        parts = name.Parts;
        return $"{Layers(Stack.Encoder)}0.{name.Weight}";
    }

    /// <summary>The smallest model of a family: its tensors are called as those of any other.</summary>
    private static ModelSettings SmallestOf(Preset preset) => new()
    {
        Architecture = preset.Architecture,
        ModelDimension = 1,
        Heads = 1,
        FeedForwardDimension = 1,
        EncoderLayers = 1,
        DecoderLayers = 1,
        SourceVocabularySize = 1,
        TargetVocabularySize = 1,
        MaxSourceLength = 1,
        MaxTargetLength = 1,
        NormPlacement = preset.NormPlacement,
        FinalNorm = preset.FinalNorm,
        EmbeddingNorm = preset.EmbeddingNorm,
        Activation = preset.Activation,
        GatedFeedForward = preset.GatedFeedForward,
        PositionalEncoding = PositionalEncoding.None,
        PositionOffset = 0,
        ScaleEmbedding = preset.ScaleEmbedding,
        TieEmbeddings = preset.TieEmbeddings,
        OutputBias = preset.OutputBias,
        LayerNormEpsilon = preset.LayerNormEpsilon,
        StartToken = 0,
        EndToken = 0,
        PadToken = 0,
    };
}

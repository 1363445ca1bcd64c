using KernelGen.Execution;
using KernelGen.Families;
using KernelGen.Recipes;

namespace KernelGen.Checkpoints;

/// <summary>The tensors of one model in a checkpoint, whatever its family calls them; each has the declared shape.</summary>
internal sealed class CheckpointTensors
{
    private readonly TensorSlice[] _weights;
    private readonly TensorSlice[] _biases;

    private CheckpointTensors(ModelRecipe recipe, string prefix)
    {
        Recipe = recipe;
        Prefix = prefix;
        _weights = new TensorSlice[recipe.Tensors.Count];
        _biases = new TensorSlice[recipe.Tensors.Count];
    }

    /// <summary>The model.</summary>
    public ModelRecipe Recipe { get; }

    /// <summary>What stands before the names of the file: its family's prefix, or nothing.</summary>
    public string Prefix { get; }

    /// <summary><c>[source vocabulary, model dimension]</c>; missing where the source is audio.</summary>
    public TensorSlice SourceEmbedding => Recipe.Settings.IsSpeech ? default : Weight(TensorRole.Embedding, Stack.Encoder);

    /// <summary><c>[target vocabulary, model dimension]</c>; the same slice as <see cref="SourceEmbedding"/> when the file holds equal numbers.</summary>
    public TensorSlice TargetEmbedding => Weight(TensorRole.Embedding, Stack.Decoder);

    /// <summary><c>[target vocabulary, model dimension]</c>; the same slice as <see cref="TargetEmbedding"/> when they are tied or equal.</summary>
    public TensorSlice OutputWeight => Weight(TensorRole.Output, Stack.Decoder);

    /// <summary>Finds the tensors of a model by the names of its family, and checks each shape.</summary>
    /// <param name="file">The file; it must stay open as long as the tensors are used.</param>
    /// <param name="description">The declared model.</param>
    /// <param name="allowsNonFinite">Whether weights may be NaN or infinite.</param>
    /// <returns>The tensors.</returns>
    /// <exception cref="CheckpointException">A tensor is missing, has another shape, cannot be read, would be left out, or has a weight that is not finite.</exception>
    public static CheckpointTensors Read(Checkpoint file, ModelDescription description, bool allowsNonFinite = false)
    {
        var problems = new CheckpointProblems();
        CheckpointTensors tensors = Read(new TensorReader(file, description, problems) { AllowsNonFinite = allowsNonFinite });
        return problems.Count == 0 ? tensors : throw problems.ToException();
    }

    /// <summary>All that keeps the tensors of a file from being those of a model, in the order in which they are looked for.</summary>
    /// <param name="file">The file.</param>
    /// <param name="description">The declared model.</param>
    /// <returns>What <see cref="Read(Checkpoint, ModelDescription, bool)"/> would throw first, and what would follow; nothing when the tensors fit.</returns>
    public static CheckpointProblems FindProblems(Checkpoint file, ModelDescription description)
    {
        var problems = new CheckpointProblems();
        problems.NoticeOf(Read(new TensorReader(file, description, problems)), description);
        return problems;
    }

    /// <summary>A tensor as the file stores it; of a norm γ, as one row. Missing where the file may leave it out.</summary>
    public TensorSlice Weight(ModelTensor tensor) => _weights[tensor.Index];

    /// <summary>The bias beside a tensor, as one row; of a norm β.</summary>
    public TensorSlice Bias(ModelTensor tensor) => _biases[tensor.Index];

    private TensorSlice Weight(TensorRole role, Stack stack)
    {
        foreach (ModelTensor tensor in Recipe.Tensors)
        {
            if (tensor.Role == role && tensor.Stack == stack)
            {
                return Weight(tensor);
            }
        }

        throw new ArgumentOutOfRangeException(nameof(role), role, "The model has no such tensor.");
    }

    private static CheckpointTensors Read(TensorReader reader)
    {
        ModelDescription model = reader.Model;
        Family family = Family.Of(model.Architecture).StyleOf(reader.HasContaining);
        string prefix = family.PrefixWhere(reader.HasBeginningWith);
        var tensors = new CheckpointTensors(ModelRecipe.Of(model), prefix);
        reader.CheckLayers(prefix + family.Layers(Stack.Encoder), model.EncoderLayers, nameof(model.EncoderLayers));
        reader.CheckLayers(prefix + family.Layers(Stack.Decoder), model.DecoderLayers, nameof(model.DecoderLayers));
        reader.CheckHeads(family);
        if (family.Gate(Stack.Encoder) is { } gate)
        {
            reader.CheckGate($"{prefix}{family.Layers(Stack.Encoder)}0.{gate}");
        }

        foreach (ModelTensor tensor in tensors.Recipe.Tensors)
        {
            if (tensor.Sublayer is null)
            {
                tensors.ReadOutside(tensor, reader, family, prefix);
            }
            else
            {
                tensors.ReadLayer(tensor, reader, family, prefix);
            }
        }

        RefuseUnused(reader, family, prefix);
        return tensors;
    }

    /// <summary>Reads what belongs to no layer.</summary>
    private void ReadOutside(ModelTensor tensor, TensorReader reader, Family family, string prefix)
    {
        TensorName name = family.NameOf(tensor, prefix);
        switch (tensor.Role)
        {
            case TensorRole.FirstConvolution or TensorRole.SecondConvolution or TensorRole.ThirdConvolution:
                _weights[tensor.Index] = reader.Convolution(name.Weight, tensor);
                _biases[tensor.Index] = name.Bias is null ? default : reader.Vector(name.Bias, tensor.Rows);
                break;

            case TensorRole.Embedding:
                string found = reader.FirstOf(family.Embeddings(reader.Model, tensor.Stack, prefix, out string usual), usual);
                TensorSlice embedding = reader.Matrix(found, tensor.Rows, tensor.Columns);
                _weights[tensor.Index] = tensor.Stack == Stack.Decoder ? TensorReader.Shared(embedding, SourceEmbedding) : embedding;
                break;

            case TensorRole.Output:
                _weights[tensor.Index] = reader.OutputWeight(name.Weight, TargetEmbedding);
                break;

            case TensorRole.OutputBias:
                _weights[tensor.Index] = reader.OutputBias(name.Weight, family.MayLackOutputBias);
                break;

            case TensorRole.Positions:
                _weights[tensor.Index] = reader.LearnedPositions(name.Weight, tensor);
                break;

            case TensorRole.PositionBias:
                _weights[tensor.Index] = reader.Matrix(name.Weight, tensor.Rows, tensor.Columns);
                break;

            case TensorRole.EmbeddingNorm or TensorRole.FinalNorm or TensorRole.GroupNorm:
                ReadModule(tensor, name, reader);
                break;

            default:
                throw new InvalidOperationException($"The tensor {tensor.Name} belongs to a layer.");
        }
    }

    private void ReadLayer(ModelTensor tensor, TensorReader reader, Family family, string prefix)
    {
        // That layers are missing has been said, once for all of them.
        if (tensor.Layer < reader.LayersToRead(prefix + family.Layers(tensor.Stack)))
        {
            ReadModule(tensor, family.NameOf(tensor, prefix), reader);
        }
    }

    private void ReadModule(ModelTensor tensor, TensorName name, TensorReader reader)
    {
        Dimension rows = name.Parts == 1 ? tensor.Rows : tensor.Rows.Times(name.Parts);
        TensorSlice weight = tensor.IsNorm ? reader.Vector(name.Weight, tensor.Columns) : reader.Matrix(name.Weight, rows, tensor.Columns);
        TensorSlice bias = name.Bias is null ? default : reader.Vector(name.Bias, tensor.IsNorm ? tensor.Columns : rows);
        bool isPart = name.Parts > 1;
        _weights[tensor.Index] = isPart ? weight.RowRange(name.Part * (int)tensor.Rows.Size, (int)tensor.Rows.Size) : weight;
        _biases[tensor.Index] = isPart ? bias.ElementRange(name.Part * (int)tensor.Rows.Size, (int)tensor.Rows.Size) : bias;
    }

    /// <summary>Refuses what a file has and the declared model would leave out.</summary>
    private static void RefuseUnused(TensorReader reader, Family family, string prefix)
    {
        ModelDescription model = reader.Model;
        if (!model.OutputBias && family.OutputBias is { } outputBias)
        {
            reader.RefuseOutputBias(outputBias);
        }

        foreach (Stack stack in (ReadOnlySpan<Stack>)[Stack.Encoder, Stack.Decoder])
        {
            if (model.PositionalEncoding != PositionalEncoding.Learned && !family.StoresComputedPositions && family.Positions(stack, prefix) is { } positions)
            {
                reader.RefuseUnused(positions, "PositionalEncoding = PositionalEncoding.Learned");
            }

            if (!model.EmbeddingNorm && family.EmbeddingNorm(stack, prefix) is { } norm)
            {
                reader.RefuseUnused(norm + ".weight", "EmbeddingNorm = true");
            }

            if (!model.FinalNorm)
            {
                reader.RefuseUnused(family.FinalNorm(stack, prefix) + ".weight", "FinalNorm = true");
            }

            if (!model.HasShift)
            {
                reader.RefuseUnused(family.FinalNorm(stack, prefix) + ".bias");
            }

            reader.RefuseRestOfLayers(prefix + family.Layers(stack), stack == Stack.Encoder ? model.EncoderLayers : model.DecoderLayers, family.IsIgnored);
        }
    }
}

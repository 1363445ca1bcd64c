using System.ComponentModel;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Families;
using KernelGen.Packing;
using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>
/// The weights that are trained, and the memory of their gradients, in the same layout: <see cref="ParameterLayout"/>. The same places in other blocks of
/// <see cref="Length"/> floats hold what an optimizer keeps of each weight.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class TrainingParameters : IDisposable
{
    private readonly ParameterLayout _layout;
    private readonly string _prefix;

    private TrainingParameters(ModelDescription description, ParameterShape shape)
    {
        Shape = shape;
        _prefix = shape.HasPrefix ? Family.Of(description.Architecture).Prefix : "";
        LayoutFacts facts = FactsOf(shape);
        long length = LayoutOf(description, shape).Length;
        NativeBlock? weights = null;
        NativeBlock? gradients = null;
        try
        {
            weights = Zeros(length);
            gradients = Zeros(length);
            Weights = new PackedModel(description, facts, weights, (byte*)weights.Pointer);
            Gradients = new PackedModel(description, facts, gradients, (byte*)gradients.Pointer);
        }
        catch
        {
            weights?.Dispose();
            gradients?.Dispose();
            throw;
        }

        _layout = new ParameterLayout(Weights, shape.SourcePositions, shape.TargetPositions);
        WeightPacking.FillComputed(Weights);
    }

    internal ModelDescription Description => Weights.Description;

    internal ModelRecipe Recipe => Weights.Recipe;

    /// <summary>What the layout follows from beside the model.</summary>
    internal ParameterShape Shape { get; }

    /// <summary>The weights, as kernels read them.</summary>
    internal PackedModel Weights { get; }

    /// <summary>Their gradients, as kernels write them.</summary>
    internal PackedModel Gradients { get; }

    /// <summary>The block of weights, of which <see cref="Weights"/> is the beginning.</summary>
    internal float* WeightBlock => (float*)Weights.Start;

    /// <summary>The block of gradients, of which <see cref="Gradients"/> is the beginning.</summary>
    internal float* GradientBlock => (float*)Gradients.Start;

    /// <summary>The number of floats in a block.</summary>
    internal long Length => _layout.Length;

    /// <summary>Every trained place once, in the order of memory.</summary>
    internal IReadOnlyList<ParameterRange> Ranges => _layout.Ranges;

    /// <summary>The tensors of a checkpoint, tied ones once.</summary>
    internal List<ParameterTensor> Tensors => _layout.Tensors(_prefix);

    /// <inheritdoc/>
    public void Dispose()
    {
        Weights.Memory.Dispose();
        Gradients.Memory.Dispose();
    }

    /// <summary>Takes the weights of a checkpoint.</summary>
    /// <param name="description">The declared model.</param>
    /// <param name="path">The path of a file or folder, as <see cref="Checkpoint.Open(string)"/> takes it.</param>
    /// <exception cref="CheckpointException">It is no checkpoint of this model.</exception>
    internal static TrainingParameters Load(ModelDescription description, string path)
    {
        using Checkpoint checkpoint = Checkpoint.Open(path);
        return Read(description, checkpoint);
    }

    /// <inheritdoc cref="Load"/>
    internal static TrainingParameters Read(ModelDescription description, Checkpoint checkpoint)
    {
        var tensors = CheckpointTensors.Read(checkpoint, description);
        return Filled(description, ParameterShape.Of(tensors, description), parameters =>
        {
            foreach (ModelTensor tensor in tensors.Recipe.Tensors)
            {
                Copy(tensors.Weight(tensor), parameters._layout.Weight(tensor), parameters.WeightBlock);
                if (parameters._layout.Bias(tensor) is { } bias)
                {
                    Copy(tensors.Bias(tensor), bias, parameters.WeightBlock);
                }
            }
        });
    }

    /// <summary>Draws the weights of a new model, as its family begins.</summary>
    /// <param name="description">The declared model.</param>
    /// <param name="seed">What the numbers follow from.</param>
    internal static TrainingParameters Initialize(ModelDescription description, ulong seed) => Filled(description, ParameterShape.OfNew(description), parameters =>
    {
        var family = Family.Of(description.Architecture);
        var numbers = new InitialWeights(seed);
        foreach (ModelTensor tensor in parameters.Recipe.Tensors)
        {
            bool isShared = (tensor.Role == TensorRole.Embedding && tensor.Stack == Stack.Decoder && parameters.Shape.SharesEmbedding)
                || (tensor.Role == TensorRole.Output && parameters.Shape.SharesOutput);
            if (isShared)
            {
                continue;
            }

            ulong stream = 2ul * (ulong)tensor.Index;
            TensorPlace place = parameters._layout.Weight(tensor);
            Fill(numbers, family.InitialWeights(tensor, description), stream, place, parameters.WeightBlock);
            if (parameters._layout.Bias(tensor) is { } bias)
            {
                Fill(numbers, family.InitialBias(tensor), stream + 1, bias, parameters.WeightBlock);
            }

            if (tensor.Role == TensorRole.Embedding && family.PadEmbeddingIsZero && (uint)description.PadToken < (uint)place.Rows)
            {
                place.SetRow(parameters.WeightBlock, description.PadToken, new float[place.Columns]);
            }
        }
    });

    /// <summary>What is trained of a model, without memory for it.</summary>
    internal static IReadOnlyList<ParameterRange> RangesOf(ModelDescription description) => LayoutOf(description, ParameterShape.OfNew(description)).Ranges;

    /// <summary>Makes parameters of a shape.</summary>
    /// <param name="description">The declared model.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="fill">Fills what is trained of the weights.</param>
    internal static TrainingParameters Filled(ModelDescription description, ParameterShape shape, Action<TrainingParameters> fill)
    {
        var parameters = new TrainingParameters(description, shape);
        try
        {
            fill(parameters);
            parameters.Derive();
            return parameters;
        }
        catch
        {
            parameters.Dispose();
            throw;
        }
    }

    /// <summary>Memory of a block, whose floats are zero.</summary>
    internal static NativeBlock Zeros(long floats)
    {
        var block = new NativeBlock(floats);
        const int Chunk = 1 << 28;
        for (long done = 0; done < floats; done += Chunk)
        {
            new Span<float>(block.Pointer + done, (int)Math.Min(Chunk, floats - done)).Clear();
        }

        return block;
    }

    /// <summary>The number of elements of all tensors of a model.</summary>
    internal static long CountElements(ModelDescription description, ParameterShape shape)
    {
        long elements = 0;
        foreach (ParameterTensor tensor in LayoutOf(description, shape).Tensors(prefix: ""))
        {
            elements += tensor.Elements;
        }

        return elements;
    }

    /// <summary>Writes what kernels read in another form than it is trained in; to be called when weights have changed.</summary>
    internal void Derive()
    {
        foreach (DerivedWeights derived in _layout.Derived)
        {
            derived.Derive(WeightBlock);
        }
    }

    /// <summary>Completes the gradients of what is trained in another form than kernels read it; to be called when the gradients of a step are complete.</summary>
    internal void GatherGradients()
    {
        foreach (DerivedWeights derived in _layout.Derived)
        {
            derived.Gather(GradientBlock);
        }
    }

    /// <summary>Writes a checkpoint with the family's own names, which replaces a file only when it is complete.</summary>
    /// <param name="path">The path of a safetensors file.</param>
    /// <param name="type">How numbers are written.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    /// <exception cref="InvalidOperationException">A weight is too large for the type.</exception>
    internal void Save(string path, TensorDataType type = TensorDataType.Float32) => ReplacedFile.Write(path, "checkpoint", stream => Save(stream, type));

    /// <inheritdoc cref="Save(string, TensorDataType)"/>
    internal void Save(Stream stream, TensorDataType type = TensorDataType.Float32)
    {
        List<ParameterTensor> tensors = Tensors;
        var shapes = new (string Name, long[] Shape)[tensors.Count];
        for (int i = 0; i < shapes.Length; i++)
        {
            shapes[i] = (tensors[i].Name, tensors[i].Shape);
        }

        SafetensorsWriter.WriteHeader(stream, shapes, type);
        foreach (ParameterTensor tensor in tensors)
        {
            tensor.Write(WeightBlock, stream, type);
        }
    }

    private static LayoutFacts FactsOf(ParameterShape shape) => new(WeightPrecision.Float32, shape.SharesEmbedding, shape.SharesOutput, HasScreen: false);

    /// <summary>The layout of a model; nothing is read or written at the addresses that it is measured with.</summary>
    private static ParameterLayout LayoutOf(ModelDescription description, ParameterShape shape)
    {
        using var nowhere = new BorrowedMemory(owner: null);
        return new ParameterLayout(new PackedModel(description, FactsOf(shape), nowhere, start: null), shape.SourcePositions, shape.TargetPositions);
    }

    private static void Copy(TensorSlice slice, TensorPlace place, float* block)
    {
        // What a file may leave out is zero.
        if (slice.IsMissing)
        {
            return;
        }

        float[] row = new float[slice.Columns];
        for (int i = 0; i < slice.Rows; i++)
        {
            slice.CopyRow(i, row);
            place.SetRow(block, i, row);
        }
    }

    private static void Fill(InitialWeights numbers, InitialValues values, ulong stream, TensorPlace place, float* block)
    {
        if (values.Distribution == InitialDistribution.Sinusoids)
        {
            FillSinusoids(place, block);
            return;
        }

        float[] row = new float[place.Columns];
        long rowRoom = (place.Columns + 1L) / 2 * 2;
        for (int i = 0; i < place.Rows; i++)
        {
            numbers.Fill(values, stream, i * rowRoom, row);
            place.SetRow(block, i, row);
        }
    }

    private static void FillSinusoids(TensorPlace place, float* block)
    {
        float[] table = new float[place.Rows * place.Columns];
        fixed (float* first = table)
        {
            PositionTable.Fill(PositionalEncoding.SinusoidalFairseq, offset: 0, place.Rows, place.Columns, first, place.Columns);
        }

        for (int i = 0; i < place.Rows; i++)
        {
            place.SetRow(block, i, table.AsSpan(i * place.Columns, place.Columns));
        }
    }
}

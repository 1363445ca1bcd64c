using System.ComponentModel;
using System.Runtime.InteropServices;
using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Packing;

/// <summary>
/// The weights of a model in the layout that its kernels read, in one block of memory. Where each of them is, is decided here and nowhere else, by one walk
/// over the slots of its recipe: <see cref="WeightPacking"/> fills such a block from a checkpoint, <see cref="PackedFile"/> writes it to a file and finds it there again.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class PackedModel
{
    /// <summary>Every part begins at a multiple of so many bytes: the widest vector, and a cache line.</summary>
    internal const int Alignment = 64;

    /// <summary>
    /// The version of the layout: of the order of the walk, and of what is within a part. A file of another version is refused, so whoever changes
    /// either takes the next number.
    /// </summary>
    internal const int LayoutVersion = 4;

    private readonly LinearWeights[] _places;
    private readonly byte* _start;
    private byte* _next;

    /// <summary>Walks over the memory of the weights.</summary>
    /// <param name="description">The declared model.</param>
    /// <param name="facts">What else decides the layout.</param>
    /// <param name="memory">The memory; from now on this model's to free.</param>
    /// <param name="start">Where in the memory the weights begin; aligned to <see cref="Alignment"/>, with room for <see cref="LengthOf"/> bytes.</param>
    internal PackedModel(ModelDescription description, LayoutFacts facts, SafeHandle memory, byte* start)
        : this(description, ModelRecipe.Of(description), facts, memory, start)
    {
        foreach (WeightSlot slot in Recipe.Slots)
        {
            Place(slot, Take(slot));
        }
    }

    /// <summary>Walks over the memory of an 8-bit copy of a model's decoder.</summary>
    private PackedModel(PackedModel exact, SafeHandle memory, byte* start)
        : this(exact.Description, exact.Recipe, exact.Facts with { Precision = WeightPrecision.Int8, HasScreen = false }, memory, start)
    {
        foreach (WeightSlot slot in Recipe.Slots)
        {
            LinearWeights weights = exact[slot];
            Place(slot, !slot.IsReadInEachStep ? weights
                : slot.Role == WeightRole.Output && exact.Screen is { } screen ? screen.Weights
                : TakeInt8(weights.Bias, slot));
        }
    }

    private PackedModel(ModelDescription description, ModelRecipe recipe, LayoutFacts facts, SafeHandle memory, byte* start)
    {
        Description = description;
        Recipe = recipe;
        Facts = facts;
        Memory = memory;
        Encoder = new PackedStack(recipe.Encoder);
        Decoder = new PackedStack(recipe.Decoder);
        _places = new LinearWeights[recipe.Slots.Count];
        _start = _next = start;
    }

    internal ModelDescription Description { get; }

    internal LayoutFacts Facts { get; }

    /// <summary>What owns the weights' memory; a running call holds a reference.</summary>
    internal SafeHandle Memory { get; }

    /// <summary>The first byte of the weights.</summary>
    internal byte* Start => _start;

    /// <summary>The number of bytes from the first weight to the end of the last.</summary>
    internal long ByteLength => _next - _start;

    /// <summary>The operations that the weights are for.</summary>
    internal ModelRecipe Recipe { get; }

    /// <summary>The weights of the encoder.</summary>
    internal PackedStack Encoder { get; }

    /// <summary>The weights of the decoder.</summary>
    internal PackedStack Decoder { get; }

    /// <summary>The output projection.</summary>
    internal LinearWeights Output { get; private set; }

    /// <summary>What finds the best token without the whole output projection, where the model has it.</summary>
    internal OutputScreen? Screen { get; private set; }

    /// <summary>What makes 8-bit weights of a layer.</summary>
    internal Int8Quantization Quantization => new(Description.QuantizedInputBits);

    /// <summary>Where a slot is. Of what is no linear layer, <see cref="LinearWeights.Panels"/> is its first byte.</summary>
    internal LinearWeights this[WeightSlot slot] => _places[slot.Index];

    /// <summary>How the weights of a linear layer are stored.</summary>
    internal WeightPrecision PrecisionOf(WeightSlot slot) => slot.IsAlwaysFloat32 ? WeightPrecision.Float32
        : Facts.Precision == WeightPrecision.Int4 && !Facts.FourBits.Contains(slot.Index) ? WeightPrecision.Int8
        : Facts.Precision;

    /// <summary>The number of bytes that the weights of a model take.</summary>
    internal static long LengthOf(ModelDescription description, LayoutFacts facts)
    {
        // The walk itself measures; nothing is read or written at the addresses that it finds.
        using var nowhere = new BorrowedMemory(owner: null);
        return new PackedModel(description, facts, nowhere, start: null).ByteLength;
    }

    /// <summary>
    /// Where an 8-bit copy of a model's decoder is. Embeddings, positions, norms and biases are those of the model, and so is the output projection where
    /// it has a screen, which is 8-bit already. It cannot encode: it works on the caches of sources that the model has encoded.
    /// </summary>
    /// <param name="exact">The model.</param>
    /// <param name="memory">The memory of the copy; from now on the copy's to free.</param>
    /// <param name="start">Where the copy begins in the memory; <see langword="null"/> to measure its length.</param>
    internal static PackedModel Draft(PackedModel exact, SafeHandle memory, byte* start) => new(exact, memory, start);

    private void Place(WeightSlot slot, LinearWeights weights)
    {
        _places[slot.Index] = weights;
        PackedStack stack = slot.Stack == Stack.Encoder ? Encoder : Decoder;
        float* floats = (float*)weights.Panels;
        switch (slot.Role)
        {
            case WeightRole.Convolution or WeightRole.GroupNorm:
                break;

            case WeightRole.Embedding:
                stack.Embedding = floats;
                break;

            case WeightRole.Output:
                Output = weights;
                break;

            case WeightRole.Positions:
                stack.Positions = floats;
                if (slot.Tensors.Length == 0)
                {
                    // What is computed is the same for both.
                    Decoder.Positions = floats;
                }

                break;

            case WeightRole.PositionBias:
                stack.PositionBias = floats;
                stack.PositionBiasStride = slot.Inputs;
                break;

            case WeightRole.Rotations:
                Encoder.Rotations = Decoder.Rotations = floats;
                break;

            case WeightRole.EmbeddingNorm:
                stack.EmbeddingNorm = floats;
                break;

            case WeightRole.FinalNorm:
                stack.FinalNorm = floats;
                break;

            case WeightRole.Input:
                stack[slot.Layer, slot.Sublayer].Input = weights;
                break;

            case WeightRole.KeysAndValues:
                stack[slot.Layer, slot.Sublayer].KeysAndValues = weights;
                break;

            case WeightRole.Result:
                stack[slot.Layer, slot.Sublayer].Result = weights;
                break;

            case WeightRole.Norm:
                stack[slot.Layer, slot.Sublayer].Norm = floats;
                break;

            default:
                throw new ArgumentOutOfRangeException(nameof(slot), slot.Role, "There is no place for such weights.");
        }
    }

    private LinearWeights Take(WeightSlot slot) => slot.Role switch
    {
        WeightRole.Embedding => Floats(slot.Stack == Stack.Decoder && Facts.SharesEmbedding ? Encoder.Embedding : Take(PanelLayout.Length(slot.Outputs, slot.Inputs))),
        WeightRole.Output => TakeOutput(slot),
        WeightRole.Positions or WeightRole.PositionBias or WeightRole.Rotations => Floats(Take((long)slot.Outputs * slot.Inputs)),
        WeightRole.EmbeddingNorm or WeightRole.FinalNorm or WeightRole.Norm or WeightRole.GroupNorm => Floats(Take((long)slot.Outputs * PanelLayout.RoundUp(slot.Inputs))),
        WeightRole.Convolution or WeightRole.Input or WeightRole.KeysAndValues or WeightRole.Result => TakeLinear(slot),
        _ => throw new ArgumentOutOfRangeException(nameof(slot), slot.Role, "There is no room for such weights."),
    };

    private static LinearWeights Floats(float* place) => new(null, null, (byte*)place);

    private byte* TakeBytes(long bytes)
    {
        byte* taken = _next;
        _next += (bytes + Alignment - 1) / Alignment * Alignment;
        return taken;
    }

    private float* Take(long floats) => (float*)TakeBytes(floats * sizeof(float));

    /// <summary>The output projection, which may be the target embedding, and then its screen.</summary>
    private LinearWeights TakeOutput(WeightSlot slot)
    {
        LinearWeights output = Facts.SharesOutput && Facts.Precision == WeightPrecision.Float32
            ? new LinearWeights(Take(PanelLayout.RoundUp(slot.Outputs)), null, (byte*)Decoder.Embedding)
            : TakeLinear(slot);
        if (Facts.HasScreen)
        {
            Screen = new OutputScreen(
                TakeScreen(output.Bias, slot),
                Take(PanelLayout.RoundUp(slot.Outputs)),
                Facts.IsQuantized ? null : Take(PanelLayout.RoundUp(slot.Outputs)),
                (OutputScreenLimits*)Take(sizeof(OutputScreenLimits) / sizeof(float)));
        }

        return output;
    }

    /// <summary>A linear layer: its bias, then for weights of 8 or 4 bits the scales, then its panels.</summary>
    private LinearWeights TakeLinear(WeightSlot slot)
    {
        float* bias = Take(PanelLayout.RoundUp(slot.Outputs));
        return PrecisionOf(slot) switch
        {
            WeightPrecision.Float32 => new LinearWeights(bias, null, (byte*)Take(PanelLayout.Length(slot.Outputs, slot.Inputs))),
            WeightPrecision.BFloat16 => new LinearWeights(bias, null, TakeBytes(PanelLayout.Length(slot.Outputs, slot.Inputs) * sizeof(ushort))),
            WeightPrecision.Int8 => TakeInt8(bias, slot),
            WeightPrecision.Int4 => LinearWeights.OfFourBits(bias, (ushort*)TakeBytes(Int4Layout.Scales(slot.Outputs, slot.Inputs) * Int4Layout.ScaleBytes), TakeBytes(Int4Layout.Length(slot.Outputs, slot.Inputs))),
            _ => throw Facts.Unknown(),
        };
    }

    private LinearWeights TakeInt8(float* bias, WeightSlot slot) =>
        new(bias, Take(PanelLayout.RoundUp(slot.Outputs)), TakeBytes(Quantization.Length(slot.Outputs, slot.Inputs)));

    /// <summary>The copy of a linear layer with which it is screened.</summary>
    private LinearWeights TakeScreen(float* bias, WeightSlot slot) => Facts.IsQuantized
        ? new(bias, Take(PanelLayout.RoundUp(slot.Outputs)), TakeBytes(UpperBits.Length(slot.Outputs, slot.Inputs)))
        : TakeInt8(bias, slot);
}

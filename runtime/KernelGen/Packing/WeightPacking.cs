using System.Globalization;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Numerics;
using KernelGen.Recipes;

namespace KernelGen.Packing;

/// <summary>Fills the memory of a <see cref="PackedModel"/> from a checkpoint; every byte of it, so that the same checkpoint always gives the same bytes.</summary>
internal sealed unsafe class WeightPacking : IDisposable
{
    private readonly PackedModel _model;
    private readonly ModelDescription _description;
    private readonly WeightPrecision _precision;

    /// <summary>The layers with 4 bits, which are quantised already, by the numbers of their slots.</summary>
    private readonly IReadOnlyDictionary<int, FourBitWeights> _fourBits;

    /// <summary>Where panels are floats before they are stored in another precision.</summary>
    private NativeBlock? _panels;

    private WeightPacking(PackedModel model, IReadOnlyDictionary<int, FourBitWeights> fourBits)
    {
        _model = model;
        _fourBits = fourBits;
        _description = model.Description;
        _precision = model.Facts.Precision;
    }

    /// <summary>Packs the tensors of a checkpoint.</summary>
    /// <param name="description">The declared model.</param>
    /// <param name="tensors">The tensors; not needed afterwards.</param>
    /// <param name="options">How to load; by default in float32, with a screen of the output where the model's plan has one.</param>
    /// <returns>The packed weights, in memory of their own.</returns>
    public static PackedModel Pack(ModelDescription description, CheckpointTensors tensors, ModelLoadOptions? options = null)
    {
        WeightPrecision precision = options?.Precision ?? WeightPrecision.Float32;
        if (!Enum.IsDefined(precision))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), precision, $"{nameof(ModelLoadOptions.Precision)} is {precision}; it is one of {string.Join(", ", Enum.GetNames<WeightPrecision>())}.");
        }

        double budget = BudgetOf(options);
        bool hasScreen = description.ScreensOutput && LayoutFacts.CanScreen(description, precision) && (options?.ScreenOutput ?? true);
        IReadOnlyDictionary<int, FourBitWeights> fourBits = precision == WeightPrecision.Int4 ? QuantizeFourBits(description, tensors, budget) : new Dictionary<int, FourBitWeights>();
        try
        {
            return Pack(description, tensors, LayoutFacts.Of(tensors, precision, hasScreen) with { FourBits = new SlotSet([.. fourBits.Keys]) }, fourBits);
        }
        finally
        {
            foreach (FourBitWeights layer in fourBits.Values)
            {
                layer.Dispose();
            }
        }
    }

    private static PackedModel Pack(ModelDescription description, CheckpointTensors tensors, LayoutFacts facts, IReadOnlyDictionary<int, FourBitWeights> fourBits)
    {
        var block = new NativeBlock(PackedModel.LengthOf(description, facts) / sizeof(float));
        try
        {
            var model = new PackedModel(description, facts, block, (byte*)block.Pointer);
            Fill(model, tensors, fourBits);
            return model;
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    /// <summary>What quantising to 4 bits does to each layer that may have so few, in the order of the recipe.</summary>
    /// <param name="description">The declared model.</param>
    /// <param name="tensors">The tensors.</param>
    public static IReadOnlyList<FourBitLayer> MeasureFourBits(ModelDescription description, CheckpointTensors tensors)
    {
        var layers = new List<FourBitLayer>();
        EachFourBits(description, tensors, layer =>
        {
            layers.Add(new FourBitLayer(layer.Slot, layer.Error));
            layer.Dispose();
        });
        return layers;
    }

    /// <summary>The layers that bear 4 bits, by the numbers of their slots. Who asks for them disposes them.</summary>
    /// <param name="description">The declared model.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="budget">The largest error of a layer.</param>
    public static IReadOnlyDictionary<int, FourBitWeights> QuantizeFourBits(ModelDescription description, CheckpointTensors tensors, double budget)
    {
        var layers = new Dictionary<int, FourBitWeights>();
        EachFourBits(description, tensors, layer =>
        {
            if (layer.Error <= budget)
            {
                layers.Add(layer.Slot.Index, layer);
                return;
            }

            layer.Dispose();
        });
        return layers;
    }

    /// <summary>Quantises each layer that may have 4 bits, and hands it over.</summary>
    private static void EachFourBits(ModelDescription description, CheckpointTensors tensors, Action<FourBitWeights> take)
    {
        using var nowhere = new BorrowedMemory(owner: null);
        var facts = new LayoutFacts(WeightPrecision.Int8, SharesEmbedding: false, SharesOutput: false, HasScreen: false);
        using var packing = new WeightPacking(new PackedModel(description, facts, nowhere, start: null), new Dictionary<int, FourBitWeights>());
        foreach (WeightSlot slot in packing._model.Recipe.Slots.Where(static slot => slot.MayHaveFourBits))
        {
            var layer = new FourBitWeights(slot);
            float* panels = packing.Floats(slot);
            packing.PackPanels(slot, tensors, layer.Bias, panels);
            layer.Quantize(panels);
            take(layer);
        }
    }

    /// <summary>The largest error of a layer with 4 bits.</summary>
    private static double BudgetOf(ModelLoadOptions? options) => options?.Int4Budget switch
    {
        null => FourBitLayer.DefaultBudget,
        { } given when given >= 0 && double.IsFinite(given) => given,
        { } given => throw new ArgumentOutOfRangeException(
            nameof(options), given, $"{nameof(ModelLoadOptions.Int4Budget)} is {given.ToString(CultureInfo.InvariantCulture)}; it is a relative error, 0 or more."),
    };

    /// <summary>What the norm before the output projection is multiplied with in a model that scales its output.</summary>
    public static float OutputScale(ModelSettings settings) => (float)(1 / Math.Sqrt(settings.ModelDimension));

    /// <summary>Fills what no tensor is packed into: computed positions, and the bias of columns that are no tokens. All other memory is left as it is.</summary>
    public static void FillComputed(PackedModel model)
    {
        ClearOutputBias(model.Description, model.Output.Bias);
        foreach (WeightSlot slot in model.Recipe.Slots)
        {
            FillComputed(slot, model);
        }
    }

    /// <summary>Fills memory that is there.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tensors">The tensors of the checkpoint.</param>
    /// <param name="fourBits">Its layers with 4 bits, by the numbers of their slots.</param>
    public static void Fill(PackedModel model, CheckpointTensors tensors, IReadOnlyDictionary<int, FourBitWeights> fourBits)
    {
        using var packing = new WeightPacking(model, fourBits);
        packing.FillAll(model, tensors);
    }

    /// <summary>Frees what was needed while packing.</summary>
    public void Dispose() => _panels?.Dispose();

    private void FillAll(PackedModel model, CheckpointTensors tensors)
    {
        foreach (WeightSlot slot in model.Recipe.Slots)
        {
            Fill(slot, model, tensors);
        }
    }

    /// <summary>Fills a slot of numbers that follow from the declaration; <see langword="false"/> where the checkpoint has them.</summary>
    private static bool FillComputed(WeightSlot slot, PackedModel model)
    {
        ModelDescription description = model.Description;
        float* floats = (float*)model[slot].Panels;
        switch (slot.Role)
        {
            case WeightRole.Positions when slot.Tensors.Length == 0:
                PositionTable.Fill(description.PositionalEncoding, description.PositionOffset, slot.Outputs, description.ModelDimension, floats, slot.Inputs);
                return true;

            case WeightRole.Rotations:
                RotationTable.Fill(description, slot.Outputs, floats, slot.Inputs);
                return true;

            default:
                return false;
        }
    }

    private void Fill(WeightSlot slot, PackedModel model, CheckpointTensors tensors)
    {
        if (FillComputed(slot, model))
        {
            return;
        }

        LinearWeights weights = model[slot];
        float* floats = (float*)weights.Panels;
        switch (slot.Role)
        {
            case WeightRole.Convolution:
                Convolution(slot, tensors, weights);
                break;

            case WeightRole.Embedding when slot.Stack == Stack.Decoder && model.Facts.SharesEmbedding:
                break;

            case WeightRole.Embedding:
                Embedding(tensors.Weight(slot.Tensors[0]), floats);
                break;

            case WeightRole.Output:
                Output(model, tensors, slot);
                break;

            case WeightRole.Positions:
                LearnedPositions(tensors.Weight(slot.Tensors[0]), slot.Outputs, floats);
                break;

            case WeightRole.PositionBias:
                PositionBias(slot, _description, tensors.Weight(slot.Tensors[0]), floats);
                break;

            case WeightRole.EmbeddingNorm or WeightRole.FinalNorm or WeightRole.Norm or WeightRole.GroupNorm:
                Norm(slot, tensors, floats);
                break;

            case WeightRole.Input or WeightRole.KeysAndValues or WeightRole.Result:
                Linear(slot, tensors, weights);
                break;

            default:
                throw new ArgumentOutOfRangeException(nameof(slot), slot.Role, "Such weights cannot be packed.");
        }
    }

    private static void Embedding(TensorSlice table, float* panels) => PanelPacking.Pack(table, 0, table.Rows, panels, 0, table.Columns, table.Columns, table.Columns);

    private void Output(PackedModel model, CheckpointTensors tensors, WeightSlot slot)
    {
        OutputBias(slot.Tensors.Length > 1 ? tensors.Weight(slot.Tensors[1]) : default, model.Output.Bias);
        int outputs = slot.Outputs;
        int inputs = slot.Inputs;
        float* panels = (float*)model.Output.Panels;
        if (_precision != WeightPrecision.Float32 || panels != model.Decoder.Embedding)
        {
            panels = Floats(model.Output, slot);
            Embedding(tensors.OutputWeight, panels);
            Store(panels, model.Output, slot);
        }

        if (model.Screen is not { } screen)
        {
            return;
        }

        ClearRest((byte*)screen.Limits, sizeof(OutputScreenLimits));
        switch (_precision)
        {
            case WeightPrecision.Int8 or WeightPrecision.Int4:
                screen.FillUpperBits(model.Output, outputs, inputs);
                ClearRest(screen.Weights.Panels, UpperBits.Length(outputs, inputs));
                return;

            case WeightPrecision.BFloat16:
                // What is screened for is the product with the weights as they are stored.
                FloatConversion.FromBFloat16(model.Output.Panels, panels, checked((int)PanelLayout.Length(outputs, inputs)));
                break;

            case WeightPrecision.Float32:
                break;

            default:
                throw model.Facts.Unknown();
        }

        screen.Fill(panels, outputs, inputs, _model.Quantization);
        ClearRest(screen.Weights.Panels, _model.Quantization.Length(outputs, inputs));
    }

    /// <summary>Where to put the panels of a linear layer as floats: where they belong, or before they are stored in another precision.</summary>
    private float* Floats(LinearWeights weights, WeightSlot slot) =>
        _model.PrecisionOf(slot) == WeightPrecision.Float32 ? (float*)weights.Panels : Floats(slot);

    /// <summary>Room for the panels of a linear layer as floats.</summary>
    private float* Floats(WeightSlot slot)
    {
        long length = PanelLayout.Length(slot.Outputs, slot.Inputs);
        if (_panels is null || _panels.Length < length)
        {
            _panels?.Dispose();
            _panels = null;
            _panels = new NativeBlock(length);
        }

        return _panels.Pointer;
    }

    /// <summary>Stores panels of floats in the precision of the model.</summary>
    private void Store(float* panels, LinearWeights weights, WeightSlot slot)
    {
        int outputs = slot.Outputs;
        int inputs = slot.Inputs;
        switch (_model.PrecisionOf(slot))
        {
            case WeightPrecision.Float32:
                break;

            case WeightPrecision.BFloat16:
                FloatConversion.ToBFloat16(panels, (ushort*)weights.Panels, PanelLayout.Length(outputs, inputs));
                ClearRest(weights.Panels, PanelLayout.Length(outputs, inputs) * sizeof(ushort));
                break;

            case WeightPrecision.Int8:
                _model.Quantization.Quantize(panels, PanelLayout.Panels(outputs), inputs, weights.Scales, weights.Panels);
                ClearRest(weights.Panels, _model.Quantization.Length(outputs, inputs));
                break;

            default:
                throw new InvalidOperationException($"Weights of the precision {_precision} cannot be packed.");
        }
    }

    /// <summary>What lies between the end of a part and the next multiple of <see cref="PackedModel.Alignment"/>.</summary>
    private static void ClearRest(byte* part, long length) => new Span<byte>(part + length, (int)(-length & (PackedModel.Alignment - 1))).Clear();

    private void OutputBias(TensorSlice bias, float* destination)
    {
        ClearOutputBias(_description, destination);
        if (!bias.IsMissing)
        {
            bias.CopyAll(new Span<float>(destination, _description.TargetVocabularySize));
        }
    }

    /// <summary>No token may come out of the padding columns: minus infinity is never the best, and its exponential is 0.</summary>
    private static void ClearOutputBias(ModelDescription description, float* destination)
    {
        var all = new Span<float>(destination, description.LogitsStride);
        all.Fill(float.NegativeInfinity);
        all[..description.TargetVocabularySize].Clear();
    }

    private void LearnedPositions(TensorSlice table, int positions, float* destination)
    {
        for (int position = 0; position < positions; position++)
        {
            var row = new Span<float>(destination + ((long)position * _description.ModelStride), _description.ModelStride);
            table.CopyRow(position + _description.PositionOffset, row);
            row[_description.ModelDimension..].Clear();
        }
    }

    private void Linear(WeightSlot slot, CheckpointTensors tensors, LinearWeights weights)
    {
        if (_fourBits.TryGetValue(slot.Index, out FourBitWeights? quantized))
        {
            quantized.CopyTo(weights);
            ClearRest((byte*)weights.Scales, Int4Layout.Scales(slot.Outputs, slot.Inputs) * Int4Layout.ScaleBytes);
            return;
        }

        float* panels = Floats(weights, slot);
        PackPanels(slot, tensors, weights.Bias, panels);
        Store(panels, weights, slot);
    }

    /// <summary>
    /// A linear layer of one or several tensors, side by side. Where its columns are heads, each gets the room of whole panels. Where positions turn them, first the first
    /// numbers of pairs come, then the second ones: products of queries and keys are the same.
    /// </summary>
    private void PackPanels(WeightSlot slot, CheckpointTensors tensors, float* biasPlace, float* panels)
    {
        int outputs = slot.Outputs;
        int inputs = slot.Inputs;
        Span<float> bias = ClearedBias(biasPlace, outputs);
        int partWidth = outputs / slot.Tensors.Length;
        for (int part = 0; part < slot.Tensors.Length; part++)
        {
            TensorSlice weight = tensors.Weight(slot.Tensors[part]);
            TensorSlice partBias = tensors.Bias(slot.Tensors[part]);
            bool isTurned = slot.Tensors[part] is { Role: TensorRole.Query or TensorRole.Key, Sublayer.Operation: AttentionOperation { IsRotary: true } };
            (int rows, int room) = slot.HasHeadsAsOutputs ? (_description.HeadDimension, _description.HeadWidth) : (weight.Rows, partWidth);
            (int group, int groupRoom) = slot.HasHeadsAsInputs ? (_description.HeadDimension, _description.HeadWidth) : (inputs, inputs);
            for (int row = 0, column = part * partWidth; row < weight.Rows; row += rows, column += room)
            {
                PanelPacking.Pack(weight, row, rows, panels, column, inputs, group, groupRoom);
                if (!partBias.IsMissing)
                {
                    partBias.ElementRange(row, rows).CopyAll(bias[column..]);
                }

                if (isTurned)
                {
                    RotaryPacking.SeparatePairs(panels, column, room, inputs, _description.RotaryPairs);
                    RotaryPacking.SeparatePairs(bias.Slice(column, room), _description.RotaryPairs);
                }
            }
        }
    }

    /// <summary>
    /// A convolution, as a linear layer that reads the rows of its taps side by side: what is a channel's taps in the tensor are here numbers that lie a row apart. What a row
    /// has behind its channels is zero, and so are its weights.
    /// </summary>
    private void Convolution(WeightSlot slot, CheckpointTensors tensors, LinearWeights weights)
    {
        ModelTensor tensor = slot.Tensors[0];
        TensorSlice weight = tensors.Weight(tensor);
        Span<float> bias = ClearedBias(weights.Bias, slot.Outputs);
        if (!tensors.Bias(tensor).IsMissing)
        {
            tensors.Bias(tensor).CopyAll(bias);
        }

        float* panels = Floats(weights, slot);
        new Span<float>(panels, checked((int)PanelLayout.Length(slot.Outputs, slot.Inputs))).Clear();
        int rowStride = slot.Convolution!.RowStride;
        float[] row = new float[weight.Columns];
        for (int output = 0; output < slot.Outputs; output++)
        {
            weight.CopyRow(output, row);
            float* column = panels + ((long)(output / PanelLayout.Width) * slot.Inputs * PanelLayout.Width) + (output % PanelLayout.Width);
            for (int i = 0; i < row.Length; i++)
            {
                column[((i % tensor.Taps * rowStride) + (i / tensor.Taps)) * PanelLayout.Width] = row[i];
            }
        }

        Store(panels, weights, slot);
    }

    /// <summary>The bias of a linear layer, padded with zeros to whole panels.</summary>
    private static Span<float> ClearedBias(float* place, int outputs)
    {
        var bias = new Span<float>(place, PanelLayout.RoundUp(outputs));
        bias.Clear();
        return bias;
    }

    /// <summary>γ and, where there is one, β. Where decoder output is scaled before it is projected, the last γ takes the scale.</summary>
    private void Norm(WeightSlot slot, CheckpointTensors tensors, float* destination)
    {
        int width = PanelLayout.RoundUp(slot.Inputs);
        var both = new Span<float>(destination, slot.Outputs * width);
        both.Clear();
        tensors.Weight(slot.Tensors[0]).CopyAll(both[..slot.Inputs]);
        if (!tensors.Bias(slot.Tensors[0]).IsMissing)
        {
            tensors.Bias(slot.Tensors[0]).CopyAll(both.Slice(width, slot.Inputs));
        }

        if (_description.ScaleOutput && slot.Role == WeightRole.FinalNorm && slot.Stack == Stack.Decoder)
        {
            float scale = OutputScale(_description);
            foreach (ref float value in both)
            {
                value *= scale;
            }
        }
    }

    /// <summary>A row for each head: the number of each distance, from the most negative one on, by the bucket that it is in.</summary>
    private static void PositionBias(WeightSlot slot, ModelSettings settings, TensorSlice table, float* destination)
    {
        int[] buckets = RelativePositions.BucketsOf(settings, slot.Stack);
        float[] heads = new float[slot.Outputs];
        new Span<float>(destination, checked(slot.Outputs * slot.Inputs)).Clear();
        for (int i = 0; i < buckets.Length; i++)
        {
            table.CopyRow(buckets[i], heads);
            for (int head = 0; head < heads.Length; head++)
            {
                destination[((long)head * slot.Inputs) + i] = heads[head];
            }
        }
    }
}

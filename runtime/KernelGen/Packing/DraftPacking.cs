using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Packing;

/// <summary>Packs an 8-bit copy of a model's decoder: what guesses tokens for the model itself. Embeddings, positions, norms and biases are the model's own.</summary>
internal static unsafe class DraftPacking
{
    /// <summary>Packs the copy.</summary>
    /// <param name="exact">The model, with float32 or bfloat16 weights.</param>
    /// <returns>The copy, in memory of its own; it is of use only as long as the model's is there.</returns>
    public static PackedModel Pack(PackedModel exact)
    {
        using var nowhere = new BorrowedMemory(owner: null);
        var block = new NativeBlock(PackedModel.Draft(exact, nowhere, start: null).ByteLength / sizeof(float));
        NativeBlock? floats = null;
        try
        {
            var draft = PackedModel.Draft(exact, block, (byte*)block.Pointer);
            Fill(exact, draft, ref floats);
            return draft;
        }
        catch
        {
            block.Dispose();
            throw;
        }
        finally
        {
            floats?.Dispose();
        }
    }

    private static void Fill(PackedModel exact, PackedModel draft, ref NativeBlock? floats)
    {
        ModelDescription model = exact.Description;
        if (exact.Screen is null)
        {
            Quantize(exact, exact.Output, draft.Output, model.TargetVocabularySize, model.ModelDimension, ref floats);
        }

        for (int i = 0; i < exact.DecoderLayers.Length; i++)
        {
            ref readonly DecoderLayerWeights from = ref exact.DecoderLayers[i];
            ref readonly DecoderLayerWeights to = ref draft.DecoderLayers[i];
            Quantize(exact, from.Self.QueryKeyValue, to.Self.QueryKeyValue, 3 * model.AttentionWidth, model.ModelDimension, ref floats);
            Quantize(exact, from.Self.AttentionOutput, to.Self.AttentionOutput, model.ModelDimension, model.AttentionWidth, ref floats);
            Quantize(exact, from.Self.FeedForwardExpand, to.Self.FeedForwardExpand, model.FeedForwardDimension, model.ModelDimension, ref floats);
            Quantize(exact, from.Self.FeedForwardContract, to.Self.FeedForwardContract, model.ModelDimension, model.FeedForwardDimension, ref floats);
            Quantize(exact, from.CrossQuery, to.CrossQuery, model.AttentionWidth, model.ModelDimension, ref floats);
            Quantize(exact, from.CrossOutput, to.CrossOutput, model.ModelDimension, model.AttentionWidth, ref floats);
        }
    }

    private static void Quantize(PackedModel exact, LinearWeights from, LinearWeights to, int outputs, int inputs, ref NativeBlock? floats)
    {
        float* panels = (float*)from.Panels;
        if (exact.Facts.Precision == WeightPrecision.BFloat16)
        {
            long length = PanelPacking.Length(outputs, inputs);
            if (floats is null || floats.Length < length)
            {
                floats?.Dispose();
                floats = null;
                floats = new NativeBlock(length);
            }

            panels = floats.Pointer;
            FloatConversion.FromBFloat16(from.Panels, panels, checked((int)length));
        }

        new Int8Quantization(exact.Description.QuantizedInputBits).Quantize(panels, PanelPacking.Panels(outputs), inputs, to.Scales, to.Panels);
    }
}

using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Numerics;
using KernelGen.Recipes;

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
        foreach (WeightSlot slot in exact.Recipe.Slots)
        {
            // What each step reads; an output projection that is screened is 8-bit already.
            if (slot.IsReadInEachStep && (slot.Role != WeightRole.Output || exact.Screen is null))
            {
                Quantize(exact, slot, draft[slot], ref floats);
            }
        }
    }

    private static void Quantize(PackedModel exact, WeightSlot slot, LinearWeights to, ref NativeBlock? floats)
    {
        LinearWeights from = exact[slot];
        float* panels = exact.Facts.Precision switch
        {
            WeightPrecision.Float32 => (float*)from.Panels,
            WeightPrecision.BFloat16 => Widened(from, PanelLayout.Length(slot.Outputs, slot.Inputs), ref floats),
            _ => throw exact.Facts.Unknown(),
        };
        exact.Quantization.Quantize(panels, PanelLayout.Panels(slot.Outputs), slot.Inputs, to.Scales, to.Panels);
    }

    /// <summary>Panels of bfloat16 numbers as floats.</summary>
    private static float* Widened(LinearWeights weights, long length, ref NativeBlock? floats)
    {
        if (floats is null || floats.Length < length)
        {
            floats?.Dispose();
            floats = null;
            floats = new NativeBlock(length);
        }

        FloatConversion.FromBFloat16(weights.Panels, floats.Pointer, checked((int)length));
        return floats.Pointer;
    }
}

using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>The heads of cross-attention that look at what is being said, so that they give words their times.</summary>
internal static class AlignmentHeads
{
    /// <summary>The heads of a model of which nothing is known: all of the upper half of its layers.</summary>
    /// <param name="shape">The sizes of the model.</param>
    public static ImmutableArray<AttentionHead> OfUpperLayers(WindowShape shape)
    {
        var heads = ImmutableArray.CreateBuilder<AttentionHead>();
        for (int layer = shape.DecoderLayers / 2; layer < shape.DecoderLayers; layer++)
        {
            for (int head = 0; head < shape.DecoderHeads; head++)
            {
                heads.Add(new AttentionHead(layer, head));
            }
        }

        return heads.ToImmutable();
    }
}

using System.Text;

namespace KernelGen.Audio;

/// <summary>How often a text repeats itself: the bytes of its UTF-8 over those that zlib makes of them.</summary>
internal static class CompressionRatio
{
    /// <summary>The ratio of a text. That of an empty one is 0.</summary>
    public static double Of(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return (double)bytes.Length / CompressedSize.Of(bytes);
    }
}

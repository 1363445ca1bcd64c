using System.Buffers;
using System.Text;

namespace KernelGen.Text;

/// <summary>Bytes that become text while they come, in whole characters.</summary>
/// <param name="dropsInvalid">Whether what is no UTF-8 becomes nothing, instead of U+FFFD as Unicode recommends.</param>
internal sealed class ByteText(bool dropsInvalid = false)
{
    private readonly Decoder _decoder = CreateDecoder(dropsInvalid);

    /// <summary>Takes bytes, and gives the text that has become certain.</summary>
    public string Append(ReadOnlySpan<byte> bytes) => Convert(bytes, flush: false);

    /// <summary>Gives the rest of the text, and is then at the beginning of another.</summary>
    public string Flush() => Convert([], flush: true);

    private static Decoder CreateDecoder(bool dropsInvalid)
    {
        Decoder decoder = Encoding.UTF8.GetDecoder();
        decoder.Fallback = new DecoderReplacementFallback(dropsInvalid ? "" : "\uFFFD");
        return decoder;
    }

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        // A byte is one character at most, and up to three were held back.
        char[] characters = ArrayPool<char>.Shared.Rent(bytes.Length + 4);
        int length = _decoder.GetChars(bytes, characters, flush);
        string text = new(characters, 0, length);
        ArrayPool<char>.Shared.Return(characters);
        return text;
    }
}

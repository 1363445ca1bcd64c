using System.Text;
using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>A token is a byte of UTF-8.</summary>
internal sealed class ByteTokenizer : ITokenizer
{
    public int VocabularySize => 256;

    public int? PadToken => null;

    public int? StartToken => null;

    public int? EndToken => null;

    public int? UnknownToken => null;

    public int[] Encode(string text) => [.. Encoding.UTF8.GetBytes(text).Select(static value => (int)value)];

    public void Encode(string text, List<int> tokens) => tokens.AddRange(Encode(text));

    public string Piece(int token) => $"<0x{token:X2}>";

    public StreamingDecoder CreateDecoder() => throw new NotSupportedException("Bytes are decoded together, not as a stream.");

    public string Decode(ReadOnlySpan<int> tokens)
    {
        byte[] bytes = new byte[tokens.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)tokens[i];
        }

        return Encoding.UTF8.GetString(bytes);
    }
}

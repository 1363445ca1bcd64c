using System.Text;

namespace KernelGen.Text;

/// <summary><c>Precompiled</c>: SentencePiece's rules, applied as Hugging Face's library does, which is not as SentencePiece does.</summary>
/// <remarks>
/// Text is taken by grapheme clusters. A cluster of less than 6 bytes becomes what the shortest rule that it begins with puts in its place: all of it, also
/// what the rule does not speak of. In any other, and where there is no such rule, each character is treated so by itself.
/// </remarks>
internal sealed class CharacterMapNormalizer(CharacterMap map) : TextNormalizer
{
    private const int ShortCluster = 6;

    public override void Apply(TextBuffer text, int start, int end, TextBuffer output)
    {
        ReadOnlySpan<byte> bytes = text.Bytes[..end];
        Span<char> characters = stackalloc char[ClusterReader.Lookahead];
        for (int position = start; position < end;)
        {
            int plain = PlainLength(bytes[position..]);
            if (plain > 0)
            {
                output.Append(text, position, plain);
                position += plain;
                continue;
            }

            int length = ClusterReader.Length(bytes[position..], characters);
            ReadOnlySpan<byte> cluster = bytes.Slice(position, length);
            if (length < ShortCluster && TryReplace(cluster, out ReadOnlySpan<byte> replacement))
            {
                output.Append(replacement, text.OriginOf(position));
                position += length;
                continue;
            }

            for (int next = position + length; position < next; position += length)
            {
                Rune.DecodeFromUtf8(bytes[position..], out _, out length);
                if (TryReplace(bytes.Slice(position, length), out replacement))
                {
                    output.Append(replacement, text.OriginOf(position));
                }
                else
                {
                    output.Append(text, position, length);
                }
            }
        }
    }

    /// <summary>How many ASCII characters there are that are clusters by themselves and that no rule speaks of.</summary>
    private int PlainLength(ReadOnlySpan<byte> text)
    {
        // What follows an ASCII character may combine with it, unless that is ASCII, too; of these only carriage return and line feed are one cluster.
        int length = 0;
        while (length + 1 < text.Length && text[length + 1] < 0x80 && text[length] != '\r' && text[length] < 0x80 && map.IsPlain(text[length]))
        {
            length++;
        }

        return length == text.Length - 1 && text[length] < 0x80 && map.IsPlain(text[length]) ? text.Length : length;
    }

    private bool TryReplace(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> replacement)
    {
        int longest = map.LongestPrefix(text, out replacement);
        for (int length = 1; length < longest; length++)
        {
            if (map.LongestPrefix(text[..length], out ReadOnlySpan<byte> shorter) > 0)
            {
                replacement = shorter;
                break;
            }
        }

        return longest > 0;
    }
}

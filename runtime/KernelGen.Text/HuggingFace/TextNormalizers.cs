using System.Text;

namespace KernelGen.Text;

/// <summary>A step that rewrites a part of a text before it is cut into words, as tokenizer.json's <c>normalizer</c> names them.</summary>
internal abstract class TextNormalizer
{
    /// <summary>Rewrites a part of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the part starts; it is not empty.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="output">Takes what it becomes; it is empty.</param>
    public abstract void Apply(TextBuffer text, int start, int end, TextBuffer output);
}

/// <summary><c>Prepend</c>: text before each part that has content.</summary>
internal sealed class PrependNormalizer(byte[] prefix) : TextNormalizer
{
    public override void Apply(TextBuffer text, int start, int end, TextBuffer output)
    {
        output.Insert(prefix, text.OriginOf(start));
        output.Append(text, start, end - start);
    }
}

/// <summary><c>Replace</c>: each occurrence of a string by another, from the left; or, where so many in a row must be there at least, each run of them.</summary>
internal sealed class ReplaceNormalizer(byte[] pattern, byte[] replacement, int leastRepetitions) : TextNormalizer
{
    public override void Apply(TextBuffer text, int start, int end, TextBuffer output)
    {
        ReadOnlySpan<byte> bytes = text.Bytes[..end];
        for (int copied = start; copied < end;)
        {
            int found = bytes[copied..].IndexOf(pattern);
            if (found < 0)
            {
                output.Append(text, copied, end - copied);
                break;
            }

            output.Append(text, copied, found);
            int first = copied + found;
            int next = first + pattern.Length;
            int repetitions = 1;
            while (leastRepetitions > 0 && bytes[next..].StartsWith(pattern))
            {
                next += pattern.Length;
                repetitions++;
            }

            if (repetitions >= leastRepetitions)
            {
                output.Append(replacement, text.OriginOf(first));
            }
            else
            {
                output.Append(text, first, next - first);
            }

            copied = next;
        }
    }
}

/// <summary><c>Strip</c>: no white space at the start, at the end, or both.</summary>
internal sealed class StripNormalizer(bool left, bool right) : TextNormalizer
{
    public override void Apply(TextBuffer text, int start, int end, TextBuffer output)
    {
        ReadOnlySpan<byte> bytes = text.Bytes;
        while (left && start < end && WhiteSpace.LengthAt(bytes[start..end]) is > 0 and int length)
        {
            start += length;
        }

        while (right && start < end)
        {
            Rune.DecodeLastFromUtf8(bytes[start..end], out Rune last, out int length);
            if (!Rune.IsWhiteSpace(last))
            {
                break;
            }

            end -= length;
        }

        output.Append(text, start, end - start);
    }
}

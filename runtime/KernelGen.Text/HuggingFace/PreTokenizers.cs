namespace KernelGen.Text;

/// <summary>A step that cuts a text into words, or words into smaller ones, as tokenizer.json's <c>pre_tokenizer</c> names them.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Cuts the words of a list.</summary>
    public abstract void Apply(WordList words);
}

/// <summary><c>WhitespaceSplit</c>: words are what stands between white space.</summary>
internal sealed class WhitespaceSplit : PreTokenizer
{
    public override void Apply(WordList words)
    {
        ReadOnlySpan<int> bounds = words.Recut();
        ReadOnlySpan<byte> text = words.Text.Bytes;
        for (int i = 0; i < bounds.Length; i += 2)
        {
            int start = bounds[i];
            int end = bounds[i + 1];
            for (int position = start; position < end;)
            {
                if (WhiteSpace.LengthAt(text[position..]) is > 0 and int length)
                {
                    words.Add(start, position);
                    position += length;
                    start = position;
                    continue;
                }

                do
                {
                    position++;
                }
                while (position < end && (text[position] & 0xC0) == 0x80);
            }

            words.Add(start, end);
        }
    }
}

/// <summary>Whether a <see cref="Metaspace"/> begins a word where none begins.</summary>
internal enum PrependScheme
{
    /// <summary>Before each word.</summary>
    Always,

    /// <summary>Before the first word of a text.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}

/// <summary><c>Metaspace</c>: spaces become a visible character, and a word begins with each.</summary>
internal sealed class Metaspace(byte[] replacement, PrependScheme scheme, bool cuts) : PreTokenizer
{
    public override void Apply(WordList words)
    {
        ReadOnlySpan<int> bounds = words.Recut();
        TextBuffer text = words.Text;
        TextBuffer output = words.Rewrite();
        for (int i = 0; i < bounds.Length; i += 2)
        {
            int end = bounds[i + 1];
            ReadOnlySpan<byte> bytes = text.Bytes[..end];
            int position = bounds[i];
            int wordStart = output.Length;
            bool isPrefixed = bytes[position] == ' ' || bytes[position..].StartsWith(replacement);
            if (!isPrefixed && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && bounds[i] == 0 && words.IsBeginning)))
            {
                output.Insert(replacement, text.OriginOf(position));
            }

            while (position < end)
            {
                bool isSpace = bytes[position] == ' ';
                bool begins = isSpace || bytes[position..].StartsWith(replacement);
                if (begins && cuts)
                {
                    words.Add(wordStart, output.Length);
                    wordStart = output.Length;
                }

                if (isSpace)
                {
                    output.Append(replacement, text.OriginOf(position));
                    position++;
                    continue;
                }

                int length = begins ? replacement.Length : 0;
                int next = Next(bytes[(position + length)..]);
                output.Append(text, position, length + next);
                position += length + next;
            }

            words.Add(wordStart, output.Length);
            output.End(text.OriginOf(end));
        }

        words.Finish();
    }

    /// <summary>How far it is to the next space or visible space.</summary>
    private int Next(ReadOnlySpan<byte> text)
    {
        int position = 0;
        while (text[position..].IndexOfAny((byte)' ', replacement[0]) is >= 0 and int found)
        {
            position += found;
            if (text[position] == ' ' || text[position..].StartsWith(replacement))
            {
                return position;
            }

            position++;
        }

        return text.Length;
    }
}

/// <summary><c>ByteLevel</c>: words as GPT-2's regular expression cuts them, whose bytes are the model's symbols.</summary>
internal sealed class ByteLevel(bool addsPrefixSpace, bool cuts) : PreTokenizer
{
    /// <summary>Whether it cuts words.</summary>
    public bool Cuts => cuts;

    public override void Apply(WordList words)
    {
        Prepare(words);
        if (!cuts)
        {
            return;
        }

        ReadOnlySpan<int> bounds = words.Recut();
        ReadOnlySpan<byte> text = words.Text.Bytes;
        for (int i = 0; i < bounds.Length; i += 2)
        {
            ReadOnlySpan<byte> part = text[..bounds[i + 1]];
            for (int position = bounds[i]; position < part.Length;)
            {
                int next = ByteLevelScanner.WordEnd(part, position);
                words.Add(position, next);
                position = next;
            }
        }
    }

    /// <summary>Does what comes before cutting.</summary>
    public void Prepare(WordList words)
    {
        if (!addsPrefixSpace)
        {
            return;
        }

        ReadOnlySpan<int> bounds = words.Recut();
        TextBuffer text = words.Text;
        TextBuffer output = words.Rewrite();
        for (int i = 0; i < bounds.Length; i += 2)
        {
            int wordStart = output.Length;
            if (text.Bytes[bounds[i]] != ' ')
            {
                output.Insert(" "u8, text.OriginOf(bounds[i]));
            }

            output.Append(text, bounds[i], bounds[i + 1] - bounds[i]);
            words.Add(wordStart, output.Length);
            output.End(text.OriginOf(bounds[i + 1]));
        }

        words.Finish();
    }
}

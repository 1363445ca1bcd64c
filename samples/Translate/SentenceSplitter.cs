namespace KernelGen.Samples.Translate;

/// <summary>Splits a text that is longer than the model takes: at the ends of sentences, then at commas, then wherever a part is full.</summary>
internal static class SentenceSplitter
{
    private const string SentenceEnds = "。！？!?…；;";
    private const string ClauseEnds = "，、：,:";

    /// <summary>What closes a quotation or a bracket stays with the sentence that it ends.</summary>
    private const string Closing = "”’」』）》】)\"'";

    /// <summary>The parts of a text in their order, none of white space alone; the text itself where it fits.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">The most characters of a part that is cut where no punctuation is.</param>
    /// <param name="fits">Whether the model takes a part.</param>
    public static List<string> Split(string text, int longest, Func<string, bool> fits)
    {
        var parts = new List<string>();
        Add(text, [SentenceEnds, ClauseEnds], longest, fits, parts);
        return parts;
    }

    private static void Add(string text, ReadOnlySpan<string> ends, int longest, Func<string, bool> fits, List<string> parts)
    {
        text = text.Trim();
        if (text.Length == 0)
        {
            return;
        }

        if (fits(text))
        {
            parts.Add(text);
        }
        else if (ends.IsEmpty)
        {
            Cut(text, longest, fits, parts);
        }
        else
        {
            for (int start = 0, end; start < text.Length; start = end)
            {
                end = EndOfPart(text, start, ends[0]);
                Add(text[start..end], ends[1..], longest, fits, parts);
            }
        }
    }

    /// <summary>Where the part that begins at <paramref name="start"/> ends: behind the next run of end marks and what they close.</summary>
    private static int EndOfPart(string text, int start, string ends)
    {
        int end = text.AsSpan(start).IndexOfAny(ends);
        if (end < 0)
        {
            return text.Length;
        }

        end += start;
        while (end < text.Length && (ends.Contains(text[end]) || Closing.Contains(text[end])))
        {
            end++;
        }

        return end;
    }

    private static void Cut(string text, int longest, Func<string, bool> fits, List<string> parts)
    {
        for (int start = 0; start < text.Length;)
        {
            // Normalisation makes several characters of some, so that a part may have to be shorter.
            int length = Math.Min(longest, text.Length - start);
            while (true)
            {
                if (length > 1 && char.IsHighSurrogate(text[start + length - 1]) && start + length < text.Length)
                {
                    length--;
                }

                if (length == 1 || fits(text.Substring(start, length)))
                {
                    break;
                }

                length /= 2;
            }

            string part = text.Substring(start, length).Trim();
            if (part.Length > 0)
            {
                parts.Add(part);
            }

            start += length;
        }
    }
}

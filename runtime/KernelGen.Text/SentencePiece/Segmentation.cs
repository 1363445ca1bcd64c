using System.Runtime.Intrinsics;

namespace KernelGen.Text;

/// <summary>Cuts normalised text into pieces.</summary>
internal abstract class Segmentation
{
    /// <summary>
    /// The pieces of short words, each with the space before it, which is no part of its key; <see langword="null"/> where pieces go over the border before a
    /// space, so that words depend on each other.
    /// </summary>
    public WordTable? Words { get; protected init; }

    /// <summary>What each piece adds to the score of a text; <see langword="null"/> where there is none.</summary>
    public double[]? Scores { get; protected init; }

    /// <summary>The segmentation of a model's type.</summary>
    public static Segmentation Of(SentencePieceModel model, PieceVocabulary vocabulary) => model.Type switch
    {
        SentencePieceModelType.Unigram => new UnigramSegmentation(model, vocabulary),
        SentencePieceModelType.Bpe => new BpeSegmentation(model, vocabulary),
        SentencePieceModelType.Word => new WordSegmentation(vocabulary),
        _ => new CharacterSegmentation(vocabulary),
    };

    /// <summary>The greatest score, positive or negative, of the text before a word of which the table's pieces are certain to be the ones that cutting finds.</summary>
    /// <param name="rest">The last items of the word in the table.</param>
    public static float LimitOf(Vector128<int> rest) => BitConverter.Int32BitsToSingle(rest.GetElement(Vector128<int>.Count - 1));

    /// <summary>Those items without the limit.</summary>
    public static Vector128<int> WithoutLimit(Vector128<int> rest) => rest.WithElement(Vector128<int>.Count - 1, 0);

    /// <summary>Cuts a text.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    /// <param name="segments">What the pieces are appended to: they follow each other from the start of the text to its end.</param>
    public void Cut(ReadOnlySpan<byte> text, ref RentedBuffer<Segment> segments)
    {
        float score = 0;
        if (Words is null)
        {
            CutPart(text, 0, ref score, ref segments);
            return;
        }

        for (int start = 0, end; start < text.Length; start = end)
        {
            end = WordEnd(text, start);
            ReadOnlySpan<byte> part = text[..end];
            if (!TryGetKey(part[start..], out WordKey key))
            {
                CutPart(part, start, ref score, ref segments);
            }
            else if (!Words.TryFind(key, out Vector128<int> first, out Vector128<int> rest))
            {
                CutNewWord(part, start, key, ref score, ref segments);
            }
            else if (Math.Abs(score) <= LimitOf(rest))
            {
                AddKnown(first, WithoutLimit(rest), start, ref score, ref segments);
            }
            else
            {
                CutPart(part, start, ref score, ref segments);
            }
        }
    }

    /// <summary>Cuts a word that is not in the table, and keeps its pieces there.</summary>
    /// <param name="text">The text to the end of the word, in UTF-8.</param>
    /// <param name="start">Where the word starts, which is at a space.</param>
    /// <param name="key">The word without that space.</param>
    /// <param name="score">The score of the text before the word; afterwards, with the word.</param>
    /// <param name="segments">What the pieces are appended to.</param>
    public void CutNewWord(ReadOnlySpan<byte> text, int start, WordKey key, ref float score, ref RentedBuffer<Segment> segments)
    {
        float before = score;
        int first = segments.Count;
        CutPart(text, start, ref score, ref segments);
        if (Words!.IsFull)
        {
            return;
        }

        int end = segments.Count;
        float limit = LimitOf(text[start..]);
        if (Math.Abs(before) > limit)
        {
            // After this text it may have other pieces than those that are certain.
            first = end;
            float none = 0;
            CutPart(text, start, ref none, ref segments);
        }

        ReadOnlySpan<Segment> pieces = segments.Items[first..];
        if (pieces.Length <= WordTable.MostTokens)
        {
            Span<int> items = stackalloc int[WordTable.ItemCount];
            items.Clear();
            for (int i = 0; i < pieces.Length; i++)
            {
                items[i] = WordTable.Item(pieces[i].Piece, pieces[i].End - start);
            }

            items[^1] = BitConverter.SingleToInt32Bits(limit);
            Words.Keep(key, items);
        }

        segments.Count = end;
    }

    /// <summary>Cuts a part of a text: all of it, or where there is a table of words, a word.</summary>
    /// <param name="text">The text to the end of the part, in UTF-8.</param>
    /// <param name="start">Where the part starts.</param>
    /// <param name="score">The score of the text before the part; afterwards, with the part.</param>
    /// <param name="segments">What the pieces are appended to.</param>
    public abstract void CutPart(ReadOnlySpan<byte> text, int start, ref float score, ref RentedBuffer<Segment> segments);

    /// <summary>The limit of a word, for <see cref="LimitOf(Vector128{int})"/>.</summary>
    protected virtual float LimitOf(ReadOnlySpan<byte> word) => float.PositiveInfinity;

    /// <summary>Finds out whether no piece has a space after something else, and whether none has something else after a space.</summary>
    protected static void CheckSpaces(ReadOnlySpan<byte> piece, ref bool cutsBefore, ref bool cutsAfter)
    {
        ReadOnlySpan<byte> space = PieceText.Space;
        bool? afterSpace = null;
        while (!piece.IsEmpty)
        {
            bool isSpace = piece.StartsWith(space);
            cutsBefore &= !(isSpace && afterSpace == false);
            cutsAfter &= !(!isSpace && afterSpace == true);
            afterSpace = isSpace;
            piece = piece[Utf8Text.CharacterLength(piece)..];
        }
    }

    /// <summary>Where the word ends that starts at a place: behind its spaces, before the next one.</summary>
    private static int WordEnd(ReadOnlySpan<byte> text, int start)
    {
        ReadOnlySpan<byte> space = PieceText.Space;
        while (text[start..].StartsWith(space))
        {
            start += space.Length;
        }

        int length = text[start..].IndexOf(space);
        return length < 0 ? text.Length : start + length;
    }

    /// <summary>The key of a word, if it has a single space before it and is short.</summary>
    private static bool TryGetKey(ReadOnlySpan<byte> word, out WordKey key)
    {
        ReadOnlySpan<byte> space = PieceText.Space;
        key = default;
        if (!word.StartsWith(space))
        {
            return false;
        }

        word = word[space.Length..];
        if (word.Length is 0 or > WordKey.LongestWord || word.StartsWith(space))
        {
            return false;
        }

        Span<byte> block = stackalloc byte[WordKey.BlockSize];
        word.CopyTo(block);
        key = new WordKey(Vector128.Create<byte>(block), word.Length);
        return true;
    }

    private void AddKnown(Vector128<int> first, Vector128<int> rest, int start, ref float score, ref RentedBuffer<Segment> segments)
    {
        int count = WordTable.CountOf(first);
        count += count == Vector128<int>.Count ? WordTable.CountOf(rest) : 0;
        int from = start;
        for (int i = 0; i < count; i++)
        {
            int item = i < Vector128<int>.Count ? first[i] : rest[i - Vector128<int>.Count];
            int piece = WordTable.TokenOf(item);
            int to = start + WordTable.EndOf(item);
            segments.Add(new Segment(piece, from, to - from));
            score = Scores is null ? 0 : (float)(Scores[piece] + score);
            from = to;
        }
    }
}

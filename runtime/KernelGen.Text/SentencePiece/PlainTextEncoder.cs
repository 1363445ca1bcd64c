using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace KernelGen.Text;

/// <summary>
/// Turns texts of printable ASCII characters into pieces without normalising them first: what normalisation makes of them is known, which is their words, each
/// with one space before it.
/// </summary>
internal sealed class PlainTextEncoder
{
    private const int ShortText = 240;
    private const int BatchSize = 32;

    /// <summary>All that a plain text may have. Code that is not optimised yet boxes the ends of a range whenever it is looked for, but not this.</summary>
    private static readonly SearchValues<char> Printable = SearchValues.Create(
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private readonly Segmentation _segmentation;
    private readonly WordTable _words;
    private readonly double[]? _scores;
    private readonly int _unknown;
    private readonly bool _writesBytes;

    private PlainTextEncoder(Segmentation segmentation, WordTable words, int unknown, bool writesBytes)
    {
        _segmentation = segmentation;
        _words = words;
        _scores = segmentation.Scores;
        _unknown = unknown;
        _writesBytes = writesBytes;
    }

    /// <summary>The encoder of a model, or <see langword="null"/> where its rules or its pieces do not let words be cut by themselves.</summary>
    /// <param name="normalizer">What normalises other texts.</param>
    /// <param name="segmentation">What cuts words.</param>
    /// <param name="unknown">The unknown piece.</param>
    /// <param name="writesBytes">Whether the model writes what it does not know as bytes.</param>
    public static PlainTextEncoder? Of(SentencePieceNormalizer normalizer, Segmentation segmentation, int unknown, bool writesBytes) =>
        normalizer.KeepsPlainWords && segmentation.Words is { } words ? new PlainTextEncoder(segmentation, words, unknown, writesBytes) : null;

    /// <summary>Encodes a text, if it is plain and nothing in it is to be written as bytes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tokens">What the pieces are appended to.</param>
    /// <returns>Whether it was encoded; if not, nothing was appended.</returns>
    public bool TryEncode(ReadOnlySpan<char> text, List<int> tokens)
    {
        if (text.ContainsAnyExcept(Printable))
        {
            return false;
        }

        int before = tokens.Count;
        bool isShort = text.Length <= ShortText;
        var rented = new RentedBuffer<byte>(isShort ? 0 : text.Length + WordKey.BlockSize);
        try
        {
            Span<byte> bytes = isShort ? stackalloc byte[ShortText + WordKey.BlockSize] : rented.Append(text.Length + WordKey.BlockSize);
            Ascii.FromUtf16(text, bytes, out _);
            if (TryEncode(bytes, text.Length, tokens))
            {
                return true;
            }

            CollectionsMarshal.SetCount(tokens, before);
            return false;
        }
        finally
        {
            rented.Dispose();
        }
    }

    private bool TryEncode(ReadOnlySpan<byte> text, int length, List<int> tokens)
    {
        Span<int> batch = stackalloc int[BatchSize + WordTable.ItemCount];
        int count = 0;
        float score = 0;
        bool isFirst = true;
        for (int start = 0, end; start < length; start = end)
        {
            Vector128<byte> block = Vector128.Create(text.Slice(start, WordKey.BlockSize));
            uint spaces = Vector128.Equals(block, Vector128.Create((byte)' ')).ExtractMostSignificantBits();
            int size = Math.Min(BitOperations.TrailingZeroCount(spaces | (1u << WordKey.BlockSize)), length - start);
            end = start + size + 1;
            if (size == 0)
            {
                continue;
            }

            bool isShort = size <= WordKey.LongestWord;
            WordKey key = isShort ? new WordKey(block, size) : default;
            Vector128<int> first = default;
            Vector128<int> rest = default;
            bool isKnown = isShort && _words.TryFind(key, out first, out rest);
            if (!isKnown || !(Math.Abs(score) <= Segmentation.LimitOf(rest)))
            {
                int found = text[start..length].IndexOf((byte)' ');
                end = found < 0 ? length : start + found;
                if (!TryAppend(batch[..count], isFirst, tokens) || !TryCut(text[start..end], isShort && !isKnown ? key : null, ref score, isFirst && count == 0, tokens))
                {
                    return false;
                }

                count = 0;
                isFirst = false;
                continue;
            }

            int added = WordTable.CountOf(first);
            WordTable.TokensOf(first).CopyTo(batch[count..]);
            if (added == Vector128<int>.Count)
            {
                rest = Segmentation.WithoutLimit(rest);
                WordTable.TokensOf(rest).CopyTo(batch[(count + added)..]);
                added += WordTable.CountOf(rest);
            }

            if (_scores is { } scores)
            {
                foreach (int piece in batch.Slice(count, added))
                {
                    score = (float)(scores[piece] + score);
                }
            }

            count += added;
            if (count >= BatchSize)
            {
                if (!TryAppend(batch[..count], isFirst, tokens))
                {
                    return false;
                }

                count = 0;
                isFirst = false;
            }
        }

        return TryAppend(batch[..count], isFirst, tokens);
    }

    /// <summary>Appends pieces; unknown ones that follow each other become one.</summary>
    /// <returns>Whether there is no unknown piece among them that would have to be written as bytes.</returns>
    private bool TryAppend(ReadOnlySpan<int> pieces, bool isFirst, List<int> tokens)
    {
        int count = tokens.Count;
        if (!pieces.Contains(_unknown))
        {
            CollectionsMarshal.SetCount(tokens, count + pieces.Length);
            pieces.CopyTo(CollectionsMarshal.AsSpan(tokens)[count..]);
            return true;
        }

        foreach (int piece in pieces)
        {
            if (piece != _unknown || isFirst || tokens[^1] != _unknown)
            {
                tokens.Add(piece);
            }

            isFirst = false;
        }

        return !_writesBytes;
    }

    /// <summary>Cuts a word, and keeps its pieces if it has a key.</summary>
    /// <returns>Whether its pieces were appended.</returns>
    private bool TryCut(ReadOnlySpan<byte> word, WordKey? key, ref float score, bool isFirst, List<int> tokens)
    {
        var text = new RentedBuffer<byte>(PieceText.Space.Length + word.Length);
        var segments = new RentedBuffer<Segment>(word.Length);
        try
        {
            text.Add(PieceText.Space);
            text.Add(word);
            if (key is { } newWord)
            {
                _segmentation.CutNewWord(text.Items, 0, newWord, ref score, ref segments);
            }
            else
            {
                _segmentation.CutPart(text.Items, 0, ref score, ref segments);
            }

            Span<int> pieces = stackalloc int[BatchSize];
            for (ReadOnlySpan<Segment> rest = segments.Items; !rest.IsEmpty;)
            {
                int count = Math.Min(rest.Length, BatchSize);
                for (int i = 0; i < count; i++)
                {
                    pieces[i] = rest[i].Piece;
                }

                if (!TryAppend(pieces[..count], isFirst, tokens))
                {
                    return false;
                }

                isFirst = false;
                rest = rest[count..];
            }

            return true;
        }
        finally
        {
            text.Dispose();
            segments.Dispose();
        }
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace KernelGen.Text;

/// <summary>Reads tiktoken's files: in each line a token's bytes in base64, a space, and its number, which is also the rank of the merge that makes it.</summary>
internal static class TiktokenFile
{
    private const int LongestPiece = 1 << 16;

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its bytes.</param>
    /// <param name="source">How errors name it.</param>
    /// <exception cref="InvalidDataException">It is not what it should be.</exception>
    public static TokenizerParts Read(ReadOnlySpan<byte> text, string source)
    {
        var raw = new PieceTable(text.Length / 16, text.Length / 2);
        int line = 0;
        byte[] bytes = new byte[256];
        foreach (Range range in text.Split((byte)'\n'))
        {
            line++;
            ReadOnlySpan<byte> entry = text[range].TrimEnd((byte)'\r');
            if (entry.IsEmpty)
            {
                continue;
            }

            int space = entry.IndexOf((byte)' ');
            if (space < 0 || !int.TryParse(entry[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int token))
            {
                throw Wrong(line, "is not a token in base64, a space and a number");
            }

            if (space > LongestPiece)
            {
                throw Wrong(line, $"has a token of {space} characters, and {LongestPiece} are the most that are supported");
            }

            if (bytes.Length < space)
            {
                bytes = new byte[2 * space];
            }

            // Whisper's file ends with a token of no bytes, which it writes as "=": it keeps the number from being used.
            int length = 0;
            if (!entry[..space].SequenceEqual("="u8) && Base64.DecodeFromUtf8(entry[..space], bytes, out _, out length) != OperationStatus.Done)
            {
                throw Wrong(line, "has a token that is not base64");
            }

            if (token >= raw.Count + PieceTable.MostHoles)
            {
                throw Wrong(line, $"has the number {token}; there are {raw.Count} tokens before it, and numbers may leave out {PieceTable.MostHoles} at most");
            }

            if (raw.Has(token))
            {
                throw Wrong(line, $"has the number {token}, which is there already");
            }

            if (raw.Add(bytes.AsSpan(0, length), token) is >= 0 and int other)
            {
                throw Wrong(line, $"has the same token as number {other}");
            }
        }

        if (raw.Count == 0)
        {
            throw new InvalidDataException($"{source} is not a tiktoken file: it has no tokens.");
        }

        return new TokenizerParts
        {
            Source = source,
            Vocabulary = Written(raw),
            Model = Task.FromResult<SubwordModel>(new BytePairModel(raw, merges: null, new BytePairOptions { SymbolsAreBytes = true, IgnoreMerges = true })),
            PreTokenizers = [new ByteLevel(addsPrefixSpace: false, cuts: true)],
            Decoder = new ByteLevelDecoder(),
        };

        InvalidDataException Wrong(int line, string what) => new($"{source} is not a tiktoken file: line {line} {what}. Check that it is the right file, and whole.");
    }

    /// <summary>The tokens as vocab.json would write them.</summary>
    private static PieceTable Written(PieceTable raw)
    {
        var written = new PieceTable(raw.Size);
        for (int token = 0; token < raw.Size; token++)
        {
            if (raw.Has(token))
            {
                written.Add(System.Text.Encoding.UTF8.GetBytes(ByteLevelAlphabet.Encode(raw[token])), token);
            }
        }

        return written;
    }
}

using System.Collections.Immutable;
using System.Text.Json;

namespace KernelGen.Text;

/// <summary>Reads the older form of a byte-level tokenizer: <c>vocab.json</c> and <c>merges.txt</c>.</summary>
internal static class VocabularyAndMerges
{
    /// <summary>Reads the two files.</summary>
    /// <param name="vocabulary">A JSON object of pieces and their tokens.</param>
    /// <param name="vocabularySource">How errors name it.</param>
    /// <param name="merges">A merge in each line: two pieces with a space between them.</param>
    /// <param name="mergesSource">How errors name it.</param>
    /// <param name="addsPrefixSpace">Whether a text begins with a space that it does not have.</param>
    /// <param name="later">Whether the merges are read on another thread while the caller goes on.</param>
    /// <exception cref="InvalidDataException">They are not what they should be, or do not belong together.</exception>
    public static TokenizerParts Read(byte[] vocabulary, string vocabularySource, byte[] merges, string mergesSource, bool addsPrefixSpace, bool later = false)
    {
        PieceTable pieces = ReadVocabulary(vocabulary, vocabularySource);
        return new TokenizerParts
        {
            Source = vocabularySource,
            Vocabulary = pieces,
            Model = SubwordModel.Create(
                () => new BytePairModel(VocabularySection.RawPieces(pieces), ReadMerges(merges, mergesSource, pieces), new BytePairOptions { SymbolsAreBytes = true }), later),
            PreTokenizers = [new ByteLevel(addsPrefixSpace, cuts: true)],
            Decoder = new ByteLevelDecoder(),
        };
    }

    private static PieceTable ReadVocabulary(byte[] json, string source)
    {
        try
        {
            ReadOnlySpan<byte> text = json.AsSpan(FileContents.ByteOrderMarkLength(json));
            var reader = new Utf8JsonReader(text);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new InvalidDataException($"{source} is not a vocab.json: it does not hold an object of pieces and their numbers.");
            }

            PieceTable pieces;
            if (PlainSections.ReadPieces(text, json.Length, out int length) is { } plain && text[length..].Trim(" \r\n\t"u8).IsEmpty)
            {
                pieces = plain;
            }
            else
            {
                pieces = VocabularySection.ReadPieces(ref reader, json.Length, "it", source);
                reader.Read();
            }

            return pieces.Count > 0 ? pieces : throw new InvalidDataException($"{source} is not a vocab.json: it has no pieces.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"{source} is not JSON: the error is in line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}. A vocab.json is a JSON object in UTF-8; check that it is whole.",
                exception);
        }
    }

    private static MergeTable ReadMerges(ReadOnlySpan<byte> text, string source, PieceTable pieces)
    {
        var merges = new List<(int Left, int Right, int Merged)>(pieces.Count);
        byte[] both = new byte[256];
        int line = 0;
        text = text[FileContents.ByteOrderMarkLength(text)..];
        foreach (Range range in text.Split((byte)'\n'))
        {
            line++;
            ReadOnlySpan<byte> merge = text[range].TrimEnd((byte)'\r');
            if (merge.IsEmpty || (line == 1 && merge.StartsWith("#version"u8)))
            {
                continue;
            }

            int space = merge.IndexOf((byte)' ');
            if (space < 0 || merge[(space + 1)..].Contains((byte)' '))
            {
                throw new InvalidDataException($"{source} is not a merges.txt: line {line} is not two pieces with one space between them.");
            }

            if (both.Length < merge.Length)
            {
                both = new byte[2 * merge.Length];
            }

            merge[..space].CopyTo(both);
            merge[(space + 1)..].CopyTo(both.AsSpan(space));
            merges.Add(VocabularySection.MergeOf(both.AsSpan(0, merge.Length - 1), space, pieces, merges, source));
        }

        return VocabularySection.TableOf(merges);
    }
}

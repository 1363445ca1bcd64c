using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KernelGen.Text;

public sealed partial class VocabularyTokenizer
{
    private const string Pad = "<pad>";
    private const string Start = "<sos>";
    private const string End = "<eos>";
    private const string Unknown = "<unk>";

    /// <summary>How many texts are read between two looks at whether to go on.</summary>
    private const int BetweenLooks = 1 << 10;

    /// <summary>
    /// Makes a vocabulary of the characters or words of texts: <c>&lt;pad&gt;</c>, <c>&lt;sos&gt;</c>, <c>&lt;eos&gt;</c> and <c>&lt;unk&gt;</c> are 0 to 3, and after
    /// <see cref="VocabularyTrainingOptions.MoreEntries"/> the most frequent come first, those that are as frequent in the order of their code units.
    /// </summary>
    /// <param name="texts">The texts. They are gone through once, and not kept.</param>
    /// <param name="options">Which entries there are, or <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">A token to give up.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ArgumentException">The options contradict each other, a text is null, or nothing in the texts is frequent enough.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static VocabularyTokenizer Train(IEnumerable<string> texts, VocabularyTrainingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new VocabularyTrainingOptions();
        List<string> entries = [Pad, Start, End, Unknown];
        foreach (string entry in options.MoreEntries)
        {
            if (string.IsNullOrEmpty(entry) || !Utf8Text.IsUnicode(entry) || entries.Contains(entry))
            {
                throw new ArgumentException(
                    $"{nameof(options.MoreEntries)} has {(entry is null ? "null" : VocabularyFile.Quote(entry))}; each entry is there once, and a text of whole characters.", nameof(options));
            }

            entries.Add(entry);
        }

        if (options.MinimumCount < 1)
        {
            throw new ArgumentException($"{nameof(options.MinimumCount)} is {options.MinimumCount}; it must be 1 or more.", nameof(options));
        }

        int most = options.MaximumSize ?? int.MaxValue;
        if (most <= entries.Count)
        {
            throw new ArgumentException($"{nameof(options.MaximumSize)} is {most}, and {entries.Count} entries are special ones; it must be more.", nameof(options));
        }

        VocabularyTokenizerOptions tokenizerOptions = options.Tokenizer ?? new VocabularyTokenizerOptions();
        Dictionary<string, long> counts = Count(texts, tokenizerOptions, cancellationToken);
        foreach (string entry in entries)
        {
            counts.Remove(entry);
        }

        string[] frequent = [.. counts.Where(count => count.Value >= options.MinimumCount).Select(static count => count.Key)];
        if (frequent.Length == 0)
        {
            string unit = tokenizerOptions.Unit == VocabularyUnit.Word ? "word" : "character";
            throw new ArgumentException($"The texts have no {unit} that is there {(options.MinimumCount == 1 ? "once" : $"{options.MinimumCount} times")}, as {nameof(options.MinimumCount)} says.", nameof(texts));
        }

        Array.Sort(frequent, (one, other) => counts[one] != counts[other] ? counts[other].CompareTo(counts[one]) : string.CompareOrdinal(one, other));
        entries.AddRange(frequent.Take(most - entries.Count));
        return new VocabularyTokenizer([.. entries], tokenizerOptions, FileContents.Unnamed);
    }

    /// <summary>The vocabulary as a JSON array in UTF-8, which <see cref="Load(ReadOnlySpan{byte}, VocabularyTokenizerOptions?)"/> reads. How texts are taken apart is not in it.</summary>
    public byte[] ToArray()
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartArray();
        foreach (string entry in _entries)
        {
            writer.WriteStringValue(entry);
        }

        writer.WriteEndArray();
        writer.Flush();
        return json.WrittenSpan.ToArray();
    }

    /// <summary>Writes the vocabulary to a file, as <see cref="ToArray"/> has it, which takes the place of one that is there.</summary>
    /// <param name="path">The path.</param>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        File.WriteAllBytes(path, ToArray());
    }

    /// <summary>Writes the vocabulary to a stream, as <see cref="ToArray"/> has it.</summary>
    /// <param name="stream">The stream. It stays open.</param>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(ToArray());
    }

    private static Dictionary<string, long> Count(IEnumerable<string> texts, VocabularyTokenizerOptions options, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        int index = 0;
        foreach (string text in texts)
        {
            if (index % BetweenLooks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            ReadOnlySpan<char> rest = text is null ? throw new ArgumentException($"Text {index} is null; an empty one is \"\".", nameof(texts))
                : options.Normalize ? Nfkc.Normalize(text) : text;
            while (TryTakeUnit(ref rest, options, out ReadOnlySpan<char> unit))
            {
                if (Utf8Text.IsUnicode(unit))
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(lookup, unit, out _)++;
                }
            }

            index++;
        }

        return counts;
    }
}

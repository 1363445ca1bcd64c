using System.Runtime.CompilerServices;
using KernelGen.Training;

namespace KernelGen.Text;

/// <summary>Makes pairs to train with, <see cref="TokenPair"/>, of pairs of texts.</summary>
public static class TextPairs
{
    /// <summary>
    /// Encodes pairs of texts as they are enumerated. Who trains for many epochs saves time with an array of the result, as long as memory has room for it.
    /// </summary>
    /// <param name="pairs">The texts.</param>
    /// <param name="source">What makes tokens of sources, with the tokens around them that the model is to see.</param>
    /// <param name="target">What makes tokens of targets; an end token is appended by the trainer where it is not there.</param>
    /// <returns>As many pairs of tokens.</returns>
    /// <exception cref="ArgumentNullException">An argument is null; thrown at once.</exception>
    /// <exception cref="ArgumentException">A text is null; thrown while enumerating, with its number.</exception>
    public static IEnumerable<TokenPair> Encode(IEnumerable<(string Source, string Target)> pairs, ITokenizer source, ITokenizer target)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        return EncodeEach(pairs, source, target);
    }

    /// <inheritdoc cref="Encode(IEnumerable{ValueTuple{string, string}}, ITokenizer, ITokenizer)"/>
    public static IAsyncEnumerable<TokenPair> Encode(IAsyncEnumerable<(string Source, string Target)> pairs, ITokenizer source, ITokenizer target)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        return EncodeEachAsync(pairs, source, target);
    }

    /// <summary>Reads pairs from a file: a line is a source, a tab, and a target; what follows another tab is left out.</summary>
    /// <param name="path">The path of a UTF-8 file, which is read again whenever the result is enumerated.</param>
    /// <returns>The texts.</returns>
    /// <exception cref="FormatException">A line has no tab; thrown while enumerating, with its number.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read; thrown while enumerating.</exception>
    public static IEnumerable<(string Source, string Target)> ReadLines(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadEach(path);
    }

    private static IEnumerable<(string Source, string Target)> ReadEach(string path)
    {
        long number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            int tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab < 0)
            {
                throw new FormatException($"Line {number} of '{path}' has no tab; a line is a source, a tab and a target.");
            }

            int end = line.IndexOf('\t', tab + 1);
            yield return (line[..tab], end < 0 ? line[(tab + 1)..] : line[(tab + 1)..end]);
        }
    }

    private static IEnumerable<TokenPair> EncodeEach(IEnumerable<(string Source, string Target)> pairs, ITokenizer source, ITokenizer target)
    {
        long number = 0;
        foreach ((string Source, string Target) pair in pairs)
        {
            yield return Encode(pair, number++, source, target);
        }
    }

    private static async IAsyncEnumerable<TokenPair> EncodeEachAsync(
        IAsyncEnumerable<(string Source, string Target)> pairs, ITokenizer source, ITokenizer target, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long number = 0;
        await foreach ((string Source, string Target) pair in pairs.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return Encode(pair, number++, source, target);
        }
    }

    private static TokenPair Encode((string Source, string Target) pair, long number, ITokenizer source, ITokenizer target)
    {
        string? missing = pair.Source is null ? "source" : pair.Target is null ? "target" : null;
        return missing is null
            ? new TokenPair(source.Encode(pair.Source!), target.Encode(pair.Target!))
            : throw new ArgumentException($"Pair {number} (counted from 0) has a {missing} that is null; an empty text is \"\".", "pairs");
    }
}

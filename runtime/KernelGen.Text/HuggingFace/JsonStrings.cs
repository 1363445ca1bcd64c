using System.Text.Json;
using System.Text.Unicode;

namespace KernelGen.Text;

/// <summary>Reads many strings of a JSON file as UTF-8, without an object for each.</summary>
/// <param name="place">How errors name where they are.</param>
/// <param name="source">How errors name the file.</param>
internal sealed class JsonStrings(string place, string source)
{
    /// <summary>The most bytes of a string, far above those of any piece.</summary>
    public const int Longest = 1 << 16;

    private byte[] _unescaped = new byte[256];

    /// <summary>The string that a reader is at.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="index">How errors number the string.</param>
    /// <returns>Its bytes, until the next call.</returns>
    /// <exception cref="InvalidDataException">It is no string, too long, or not valid Unicode.</exception>
    public ReadOnlySpan<byte> Read(ref Utf8JsonReader reader, int index)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            throw Error(index, "is not what it should be: a string was expected");
        }

        ReadOnlySpan<byte> value = reader.ValueSpan;
        if (value.Length > Longest)
        {
            throw Error(index, $"has {value.Length} bytes, and {Longest} are the most that are supported");
        }

        if (!reader.ValueIsEscaped)
        {
            return Utf8.IsValid(value) ? value : throw Error(index, "is not UTF-8");
        }

        if (_unescaped.Length < value.Length)
        {
            _unescaped = new byte[2 * value.Length];
        }

        try
        {
            return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
        }
        catch (InvalidOperationException)
        {
            throw Error(index, "is not valid Unicode: half a surrogate pair, or bytes that are not UTF-8");
        }
    }

    private InvalidDataException Error(int index, string what) => new($"{source} is not usable: entry {index} of {place} {what}. Use the file as it was published.");
}

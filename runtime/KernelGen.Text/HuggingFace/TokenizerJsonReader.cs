using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace KernelGen.Text;

/// <summary>Reads a <c>tokenizer.json</c> token by token, and passes over what was read otherwise.</summary>
/// <param name="json">The file.</param>
internal ref struct TokenizerJsonReader(ReadOnlyMemory<byte> json)
{
    private Utf8JsonReader _reader = new(json.Span);

    /// <summary>Where what <see cref="_reader"/> reads begins in the file.</summary>
    private int _offset;

    /// <summary>The file.</summary>
    public readonly ReadOnlyMemory<byte> Json => json;

    /// <summary>What is read.</summary>
    public readonly JsonTokenType TokenType => _reader.TokenType;

    /// <summary>The file from what is read on.</summary>
    public readonly ReadOnlySpan<byte> Rest => json.Span[Start..];

    /// <summary>Reads a value that is neither skipped nor passed over, at whose beginning it is, and is afterwards at its end.</summary>
    [UnscopedRef]
    public ref Utf8JsonReader Reader => ref _reader;

    private readonly int Start => _offset + (int)_reader.TokenStartIndex;

    /// <summary>Reads on.</summary>
    /// <returns>Whether there is more.</returns>
    public bool Read() => _reader.Read();

    /// <summary>The text of a name.</summary>
    /// <param name="what">How errors call it.</param>
    /// <param name="source">How errors name the file.</param>
    public string Text(string what, string source) => VocabularySection.Text(ref _reader, what, source);

    /// <summary>Reads to the end of a value.</summary>
    /// <returns>The whole value.</returns>
    public ReadOnlyMemory<byte> Skip()
    {
        int start = Start;
        _reader.Skip();
        return json[start..(_offset + (int)_reader.BytesConsumed)];
    }

    /// <summary>Passes over a value that was read otherwise, at whose beginning the reader is: an array or an object without errors.</summary>
    /// <param name="length">Its length.</param>
    /// <returns>The whole value.</returns>
    public ReadOnlyMemory<byte> PassOver(int length)
    {
        // For the reader it is empty, and ends where it does.
        int start = Start;
        int end = start + length - 1;
        _reader = new Utf8JsonReader(json.Span[end..], isFinalBlock: true, _reader.CurrentState);
        _offset = end;
        _reader.Read();
        return json.Slice(start, length);
    }
}

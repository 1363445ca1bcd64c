using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace KernelGen.Text;

/// <summary>
/// Goes through JSON that holds nothing unusual, in a fraction of the time that a reader of any JSON takes. What it cannot read is no error: whoever asks then has
/// <see cref="Utf8JsonReader"/> read the same again, which says what is wrong, if anything is.
/// </summary>
/// <param name="json">The JSON, from what is read on.</param>
internal ref struct PlainJson(ReadOnlySpan<byte> json)
{
    /// <summary>What ends a run of characters that stand for themselves: a quotation mark, a backslash, and what may not stand in a string.</summary>
    private static readonly SearchValues<byte> NotThemselves = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(static value => (byte)value), (byte)'"', (byte)'\\']);

    private readonly ReadOnlySpan<byte> _json = json;
    private byte[] _unescaped = [];

    /// <summary>The byte after what was read last.</summary>
    public int Position { get; private set; }

    /// <summary>Reads a character, with the white space before it.</summary>
    /// <returns>Whether it is the next one; if not, nothing but white space is read.</returns>
    public bool TryRead(byte character)
    {
        SkipWhiteSpace();
        if (Position == _json.Length || _json[Position] != character)
        {
            return false;
        }

        Position++;
        return true;
    }

    /// <summary>Reads a string.</summary>
    /// <param name="text">What it holds, until the next call. Whether that is valid UTF-8 is not looked at.</param>
    public bool TryReadString(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!TryRead((byte)'"'))
        {
            return false;
        }

        int start = Position;
        bool isEscaped = false;
        while (true)
        {
            int length = _json[Position..].IndexOfAny(NotThemselves);
            if (length < 0)
            {
                return false;
            }

            Position += length + 1;
            switch (_json[Position - 1])
            {
                case (byte)'"':
                    text = _json[start..(Position - 1)];
                    return text.Length <= JsonStrings.Longest && (!isEscaped || TryUnescape(_json[(start - 1)..Position], out text));
                case (byte)'\\' when Position < _json.Length:
                    isEscaped = true;
                    Position++;
                    break;
                default:
                    return false;
            }
        }
    }

    /// <summary>Reads a whole number from 0 on, as it is usually written.</summary>
    public bool TryReadNumber(out int number)
    {
        SkipWhiteSpace();
        if (!Utf8Parser.TryParse(_json[Position..], out number, out int length, 'D') || !char.IsAsciiDigit((char)_json[Position]) || (length > 1 && _json[Position] == '0'))
        {
            return false;
        }

        Position += length;

        // What comes next must not belong to it: 1.5, 1e3.
        return Position < _json.Length && _json[Position] is (byte)',' or (byte)'}' or (byte)']' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';
    }

    /// <summary>Reads <c>true</c> or <c>false</c>.</summary>
    public bool TryReadFlag(out bool flag)
    {
        SkipWhiteSpace();
        flag = _json[Position..].StartsWith("true"u8);
        if (!flag && !_json[Position..].StartsWith("false"u8))
        {
            return false;
        }

        Position += flag ? "true".Length : "false".Length;
        return true;
    }

    private void SkipWhiteSpace()
    {
        while (Position < _json.Length && _json[Position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            Position++;
        }
    }

    private bool TryUnescape(ReadOnlySpan<byte> quoted, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_unescaped.Length < quoted.Length)
        {
            _unescaped = new byte[2 * quoted.Length];
        }

        try
        {
            var reader = new Utf8JsonReader(quoted);
            reader.Read();
            text = _unescaped.AsSpan(0, reader.CopyString(_unescaped));
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}

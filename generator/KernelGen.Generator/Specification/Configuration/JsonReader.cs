using System.Globalization;
using System.Text;

namespace KernelGen.Generator.Specification.Configuration;

/// <summary>Why a text is not JSON.</summary>
/// <param name="Position">The number of characters before the place.</param>
/// <param name="Line">The line, counted from 1.</param>
/// <param name="Column">The column, counted from 1.</param>
/// <param name="Message">What was expected there.</param>
internal sealed record JsonError(int Position, int Line, int Column, string Message);

/// <summary>Where a member of an object stands in the text.</summary>
/// <param name="Name">Its name.</param>
/// <param name="NameStart">Where the quoted name begins.</param>
/// <param name="NameEnd">What follows the name.</param>
/// <param name="ValueStart">Where the value begins.</param>
/// <param name="ValueEnd">What follows the value.</param>
internal readonly record struct JsonMemberSpan(string Name, int NameStart, int NameEnd, int ValueStart, int ValueEnd);

/// <summary>
/// Reads JSON (RFC 8259) and what Python's <c>json</c> module writes beyond it: <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>. It never throws, and
/// goes no deeper than <see cref="MaximumDepth"/>. System.Text.Json would have to be shipped beside the generator with everything that it needs.
/// </summary>
internal sealed class JsonReader
{
    public const int MaximumDepth = 64;

    private readonly string _text;
    private int _position;
    private int _depth;
    private JsonError? _error;
    private List<JsonMemberSpan>? _members;

    private JsonReader(string text) => _text = text;

    /// <summary>Reads one value that fills the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="error">Why there is no value.</param>
    /// <returns>The value, or <see langword="null"/> when the text is not JSON.</returns>
    public static JsonValue? Read(string text, out JsonError? error)
    {
        var reader = new JsonReader(text);
        reader.SkipMark();
        JsonValue? value = reader.ReadValue();
        reader.SkipWhiteSpace();
        if (value is not null && reader._position < text.Length)
        {
            value = reader.Fail("the end of the file");
        }

        error = reader._error;
        return value;
    }

    /// <summary>Where the members of the object that a text is stand, in order; as many as were read where it is not JSON.</summary>
    public static IReadOnlyList<JsonMemberSpan> LocateMembers(string text)
    {
        var reader = new JsonReader(text) { _members = [] };
        reader.SkipMark();
        reader.ReadValue();
        return reader._members;
    }

    /// <summary>The line and the column of a place, both counted from 1.</summary>
    public static (int Line, int Column) LineAndColumn(string text, int position)
    {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < position; i++)
        {
            if (text[i] == '\n')
            {
                line++;
                lineStart = i + 1;
            }
        }

        return (line, position - lineStart + 1);
    }

    private JsonValue? ReadValue()
    {
        SkipWhiteSpace();
        switch (Current)
        {
            case '{':
                return ReadObject();
            case '[':
                return ReadArray();
            case '"':
                return ReadString() is string text ? new JsonValue(JsonKind.String, text) : null;
            case 't':
                return ReadWord("true", JsonKind.Boolean);
            case 'f':
                return ReadWord("false", JsonKind.Boolean);
            case 'n':
                return ReadWord("null", JsonKind.Null);
            case 'N':
                return ReadWord("NaN", JsonKind.Number);
            case 'I':
                return ReadWord("Infinity", JsonKind.Number);
            case '-' when _position + 1 < _text.Length && _text[_position + 1] == 'I':
                return ReadWord("-Infinity", JsonKind.Number);
            case '-' or (>= '0' and <= '9'):
                return ReadNumber();
            default:
                return Fail("a value");
        }
    }

    private JsonValue? ReadObject()
    {
        if (!Enter())
        {
            return null;
        }

        List<JsonMember> members = [];
        SkipWhiteSpace();
        if (Current == '}')
        {
            _position++;
        }
        else
        {
            do
            {
                SkipWhiteSpace();
                if (Current != '"')
                {
                    return Fail("the name of a member in double quotes");
                }

                int nameStart = _position;
                if (ReadString() is not string name)
                {
                    return null;
                }

                int nameEnd = _position;
                SkipWhiteSpace();
                if (!Take(':'))
                {
                    return Fail("':'");
                }

                SkipWhiteSpace();
                int valueStart = _position;
                if (ReadValue() is not JsonValue value)
                {
                    return null;
                }

                if (_depth == 1)
                {
                    _members?.Add(new JsonMemberSpan(name, nameStart, nameEnd, valueStart, _position));
                }

                members.Add(new JsonMember(name, value));
                SkipWhiteSpace();
            }
            while (Take(','));

            if (!Take('}'))
            {
                return Fail("',' or '}'");
            }
        }

        _depth--;
        return new JsonValue(JsonKind.Object, "", Members: new EquatableArray<JsonMember>(members));
    }

    private JsonValue? ReadArray()
    {
        if (!Enter())
        {
            return null;
        }

        List<JsonValue> items = [];
        SkipWhiteSpace();
        if (Current == ']')
        {
            _position++;
        }
        else
        {
            do
            {
                if (ReadValue() is not JsonValue item)
                {
                    return null;
                }

                items.Add(item);
                SkipWhiteSpace();
            }
            while (Take(','));

            if (!Take(']'))
            {
                return Fail("',' or ']'");
            }
        }

        _depth--;
        return new JsonValue(JsonKind.Array, "", Items: new EquatableArray<JsonValue>(items));
    }

    private string? ReadString()
    {
        _position++;
        var characters = new StringBuilder();
        while (_position < _text.Length)
        {
            char c = _text[_position];
            if (c == '"')
            {
                _position++;
                return characters.ToString();
            }

            if (c < ' ')
            {
                Fail("a closing '\"' before the end of the line (control characters are escaped in JSON)");
                return null;
            }

            if (c != '\\')
            {
                characters.Append(c);
                _position++;
                continue;
            }

            _position++;
            if (ReadEscape() is not char escaped)
            {
                return null;
            }

            characters.Append(escaped);
        }

        Fail("a closing '\"'");
        return null;
    }

    private char? ReadEscape()
    {
        char c = Current;
        if (c == 'u'
            && _position + 5 <= _text.Length
            && ushort.TryParse(_text.Substring(_position + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
        {
            _position += 5;
            return (char)code;
        }

        char? escaped = c switch
        {
            '"' or '\\' or '/' => c,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => null,
        };
        if (escaped is null)
        {
            Fail("one of \" \\ / b f n r t, or u and four hexadecimal digits, after the '\\'");
            return null;
        }

        _position++;
        return escaped;
    }

    private JsonValue? ReadNumber()
    {
        int start = _position;
        Take('-');
        if (!Take('0') && !TakeDigits())
        {
            return Fail("a digit");
        }

        if (Take('.') && !TakeDigits())
        {
            return Fail("a digit");
        }

        if (Take('e') || Take('E'))
        {
            if (!Take('-'))
            {
                Take('+');
            }

            if (!TakeDigits())
            {
                return Fail("a digit");
            }
        }

        return new JsonValue(JsonKind.Number, _text.Substring(start, _position - start));
    }

    private JsonValue? ReadWord(string word, JsonKind kind)
    {
        if (string.CompareOrdinal(_text, _position, word, 0, word.Length) != 0)
        {
            return Fail($"'{word}'");
        }

        _position += word.Length;
        return new JsonValue(kind, word);
    }

    // The end of the text reads as a character that no token begins with.
    private char Current => _position < _text.Length ? _text[_position] : '\0';

    private bool Take(char c)
    {
        if (Current != c || _position >= _text.Length)
        {
            return false;
        }

        _position++;
        return true;
    }

    private bool TakeDigits()
    {
        int start = _position;
        while (Current is >= '0' and <= '9')
        {
            _position++;
        }

        return _position > start;
    }

    // Of the byte order, which some editors write before the text.
    private void SkipMark()
    {
        if (_text.Length > 0 && _text[0] == '\uFEFF')
        {
            _position = 1;
        }
    }

    private void SkipWhiteSpace()
    {
        while (_position < _text.Length && Current is ' ' or '\t' or '\n' or '\r')
        {
            _position++;
        }
    }

    private bool Enter()
    {
        if (_depth == MaximumDepth)
        {
            Fail("at most " + MaximumDepth.ToString(CultureInfo.InvariantCulture) + " levels of arrays and objects");
            return false;
        }

        _depth++;
        _position++;
        return true;
    }

    // The first failure is the one that counts.
    private JsonValue? Fail(string expected)
    {
        if (_error is null)
        {
            int end = Math.Min(_position, _text.Length);
            (int line, int column) = LineAndColumn(_text, end);
            _error = new JsonError(end, line, column, expected);
        }

        return null;
    }
}

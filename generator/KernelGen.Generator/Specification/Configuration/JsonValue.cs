using System.Globalization;
using System.Text;

namespace KernelGen.Generator.Specification.Configuration;

internal enum JsonKind
{
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// <summary>A JSON value, compared by content.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The characters of a string, unescaped; the digits of a number; <c>true</c>, <c>false</c> or <c>null</c>.</param>
/// <param name="Items">The elements of an array.</param>
/// <param name="Members">The members of an object, in the order of the text.</param>
internal sealed record JsonValue(JsonKind Kind, string Text, EquatableArray<JsonValue> Items = default, EquatableArray<JsonMember> Members = default)
{
    private const int ShownCharacters = 40;

    public bool TryGetInteger(out int value)
    {
        value = 0;
        if (!TryGetNumber(out double number) || number < int.MinValue || number > int.MaxValue || number != Math.Floor(number))
        {
            return false;
        }

        value = (int)number;
        return true;
    }

    public bool TryGetNumber(out double value)
    {
        value = 0;
        return Kind == JsonKind.Number && double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The value as a message shows it: shortened where it is long, and with escapes for letters that nobody sees and that change how others look.</summary>
    public string Show() => Kind switch
    {
        JsonKind.String => "\"" + Shorten(Text) + "\"",
        JsonKind.Array => "an array",
        JsonKind.Object => "an object",
        _ => Shorten(Text),
    };

    private static string Shorten(string text)
    {
        var line = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (i >= ShownCharacters)
            {
                return line.Append("...").ToString();
            }

            // Of a pair of surrogates both go together.
            int length = char.IsSurrogatePair(text, i) ? 2 : 1;
            bool isSafe = CharUnicodeInfo.GetUnicodeCategory(text, i) is not
                (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);
            foreach (char unit in text.Substring(i, length))
            {
                line.Append(isSafe ? unit.ToString() : FormattableString.Invariant($"\\u{(int)unit:x4}"));
            }

            i += length - 1;
        }

        return line.ToString();
    }
}

/// <summary>A member of a JSON object.</summary>
internal sealed record JsonMember(string Name, JsonValue Value);

using System.Globalization;
using System.Text;

namespace KernelGen.Generator.Emission;

/// <summary>Writes indented C# with <c>\n</c> line ends, and breaks lines that are too long to read.</summary>
internal sealed class SourceWriter
{
    /// <summary>Columns by which a block is indented.</summary>
    public const int Indentation = 4;

    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _hasClosed;

    /// <summary>Writes text of one or more lines, each indented to the current depth. What follows a block is set off by an empty line.</summary>
    public void Write(string text)
    {
        if (_hasClosed && text.Length > 0)
        {
            _text.Append('\n');
        }

        _hasClosed = false;
        foreach (string line in text.Split('\n'))
        {
            string code = line.TrimStart(' ');
            int indentation = (Indentation * _depth) + line.Length - code.Length;
            foreach ((int further, string piece) in LineBreaks.Split(code, indentation))
            {
                if (piece.Length > 0)
                {
                    _text.Append(' ', indentation + (Indentation * further)).Append(piece);
                }

                _text.Append('\n');
            }
        }
    }

    /// <summary>Writes an empty line.</summary>
    public void Write()
    {
        _text.Append('\n');
        _hasClosed = false;
    }

    /// <summary>Writes <paramref name="head"/> and an opening brace; the closing one comes with disposal.</summary>
    public Block Open(string head)
    {
        Write(head);
        Write("{");
        _depth++;
        return new Block(this);
    }

    public override string ToString() => _text.ToString();

    /// <summary>A float as a C# literal that reads back to the same bits, in any culture.</summary>
    public static string Literal(float value) => value.ToString("G9", CultureInfo.InvariantCulture) + "f";

    /// <summary>A double as a C# literal that reads back to the same bits, in any culture: as short as it can be.</summary>
    public static string Literal(double value)
    {
        string text = Enumerable.Range(1, 17)
            .Select(digits => value.ToString("G" + digits, CultureInfo.InvariantCulture))
            .First(candidate => double.Parse(candidate, CultureInfo.InvariantCulture) == value);
        return text.IndexOfAny(['.', 'E']) < 0 ? text + "d" : text;
    }

    public readonly struct Block : IDisposable
    {
        private readonly SourceWriter _writer;

        public Block(SourceWriter writer) => _writer = writer;

        public void Dispose()
        {
            _writer._depth--;
            _writer._hasClosed = false;
            _writer.Write("}");
            _writer._hasClosed = true;
        }
    }
}

using System.Globalization;
using System.Text;

namespace KernelGen.Generator.Emission;

/// <summary>Writes indented C# with <c>\n</c> line ends.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Writes text of one or more lines, each indented to the current depth.</summary>
    public void Write(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            if (line.Length > 0)
            {
                _text.Append(' ', 4 * _depth).Append(line);
            }

            _text.Append('\n');
        }
    }

    /// <summary>Writes an empty line.</summary>
    public void Write() => _text.Append('\n');

    /// <summary>Writes <paramref name="head"/> and an opening brace; the closing one comes with disposal.</summary>
    public Block Open(string head) => Open(head, indentation: 1);

    /// <summary>As <see cref="Open(string)"/>, but what is inside is not indented: for the frames of a file, which would cost every line some columns.</summary>
    public Block OpenFlat(string head) => Open(head, indentation: 0);

    private Block Open(string head, int indentation)
    {
        Write(head);
        Write("{");
        _depth += indentation;
        return new Block(this, indentation);
    }

    public override string ToString() => _text.ToString();

    /// <summary>A float as a C# literal that reads back to the same bits, in any culture.</summary>
    public static string Literal(float value) => value.ToString("G9", CultureInfo.InvariantCulture) + "f";

    /// <summary>A double as a C# literal that reads back to the same bits, in any culture.</summary>
    public static string Literal(double value) => value.ToString("G17", CultureInfo.InvariantCulture) + "d";

    public readonly struct Block : IDisposable
    {
        private readonly SourceWriter _writer;
        private readonly int _indentation;

        public Block(SourceWriter writer, int indentation)
        {
            _writer = writer;
            _indentation = indentation;
        }

        public void Dispose()
        {
            _writer._depth -= _indentation;
            _writer.Write("}");
        }
    }
}

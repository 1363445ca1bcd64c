namespace KernelGen.Generator.Emission;

/// <summary>
/// Breaks a line of C# that is longer than a page is wide: comments between words, several statements on a line between statements, and one statement
/// after a comma or before an operator, as far out of its parentheses as can be.
/// </summary>
internal static class LineBreaks
{
    /// <summary>Columns of a page.</summary>
    public const int Width = 160;

    /// <summary>Where an expression may be broken, the best first: a token, and how much of it ends the line.</summary>
    private static readonly (string Token, int Kept)[] Separators = [(", ", 1), ("; ", 1), (" => ", 3), (" && ", 0), (" || ", 0), (" ? ", 0), (" : ", 0), (" + ", 0)];

    /// <summary>The lines that a line becomes, and by how many steps each is indented further than it.</summary>
    /// <param name="line">The line, without indentation.</param>
    /// <param name="indentation">The columns before it.</param>
    public static IEnumerable<(int Further, string Text)> Split(string line, int indentation)
    {
        int room = Width - indentation;
        if (line.Length <= room || line[0] == '#')
        {
            return [(0, line)];
        }

        return line.StartsWith("//", StringComparison.Ordinal)
            ? SplitComment(line, room)
            : Statements(line, room).SelectMany(statement => SplitStatement(statement, room));
    }

    private static IEnumerable<(int Further, string Text)> SplitComment(string line, int room)
    {
        string mark = line.Substring(0, line.IndexOf(' ') + 1);
        while (line.Length > room)
        {
            int end = line.LastIndexOf(' ', room);
            if (end < mark.Length)
            {
                break;
            }

            yield return (0, line.Substring(0, end));
            line = mark + line.Substring(end + 1);
        }

        yield return (0, line);
    }

    /// <summary>As many whole statements on each line as it has room for.</summary>
    private static IEnumerable<string> Statements(string line, int room)
    {
        int start = 0, end = 0;
        foreach (int next in Places(line, "; ").Where(static place => place.Depth == 0).Select(static place => place.Index + 2).Append(line.Length))
        {
            if (end > start && next - start > room)
            {
                yield return line.Substring(start, end - start).TrimEnd();
                start = end;
            }

            end = next;
        }

        yield return line.Substring(start);
    }

    private static IEnumerable<(int Further, string Text)> SplitStatement(string statement, int room)
    {
        int further = 0;
        while (statement.Length > room - (SourceWriter.Indentation * further))
        {
            int limit = room - (SourceWriter.Indentation * further);
            (int Index, int Depth)[] places =
            [
                .. Separators.SelectMany(separator => Places(statement, separator.Token)
                    .Select(place => (Index: place.Index + separator.Kept, place.Depth))
                    .Where(place => place.Index > 0 && place.Index <= limit)
                    .Reverse()),
            ];
            if (places.Length == 0)
            {
                break;
            }

            int depth = places.Min(static place => place.Depth);
            int end = places.First(place => place.Depth == depth).Index;
            yield return (further, statement.Substring(0, end));
            statement = statement.Substring(end).TrimStart();
            further = 1;
        }

        yield return (further, statement);
    }

    /// <summary>Where a token stands outside of strings, and in how many brackets.</summary>
    private static IEnumerable<(int Index, int Depth)> Places(string line, string token)
    {
        int depth = 0;
        bool isString = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                isString = !isString;
            }
            else if (!isString)
            {
                depth += Opens(line, i) ? 1 : Closes(line, i) ? -1 : 0;
                if (string.CompareOrdinal(line, i, token, 0, token.Length) == 0)
                {
                    yield return (i, depth);
                }
            }
        }
    }

    private static bool Opens(string line, int i) => line[i] is '(' or '[' or '{' || (line[i] == '<' && line[i - 1] != ' ');

    private static bool Closes(string line, int i) => line[i] is ')' or ']' or '}' || (line[i] == '>' && char.IsLetterOrDigit(line[i - 1]));
}

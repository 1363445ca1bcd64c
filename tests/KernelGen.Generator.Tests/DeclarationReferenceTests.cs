using System.Globalization;
using KernelGen.Generator.Specification;
using static KernelGen.Generator.Tests.SpecificationTest;

namespace KernelGen.Generator.Tests;

/// <summary>The table of properties in the declaration reference says what the presets do.</summary>
public class DeclarationReferenceTests
{
    private static readonly Dictionary<string, string[]> Rows = ReadRows();

    public static TheoryData<string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string>();
            foreach (string property in Rows.Keys)
            {
                foreach (string architecture in Enum.GetNames<Architecture>())
                {
                    cells.Add(property, architecture);
                }
            }

            return cells;
        }
    }

    [Fact]
    public void EveryPropertyHasARow() => Assert.Equal(
        typeof(Declaration).GetProperties()
            .Select(static property => property.Name)
            .Except([nameof(Declaration.Class), nameof(Declaration.ClassProblems), nameof(Declaration.Architecture), nameof(Declaration.Configuration)])
            .Where(static name => name != "EqualityContract")
            .Order(StringComparer.Ordinal),
        Rows.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Cells))]
    public void EachDefaultIsThePresets(string property, string architectureName)
    {
        Architecture architecture = Enum.Parse<Architecture>(architectureName);
        string cell = Rows[property][(int)architecture].Replace("`", "", StringComparison.Ordinal);
        Declaration declaration = Declare(architecture);
        if (cell.StartsWith("required", StringComparison.Ordinal))
        {
            Declaration without = declaration with { };
            typeof(Declaration).GetProperty(property)!.SetValue(without, null);
            Assert.Contains(Build(without).Problems, problem => problem.Kind == ProblemKind.DimensionMissing && problem.Details.Last().Contains(property, StringComparison.Ordinal));
            return;
        }

        ModelSpecification specification = Specify(declaration);
        object? found = typeof(ModelSpecification).GetProperty(property)!.GetValue(specification);
        object expected = (cell, found) switch
        {
            ("VocabularySize", _) => declaration.VocabularySize!,
            ("none", _) => default(EquatableArray<int>),
            ("the pad token", EquatableArray<int>) => new EquatableArray<int>([specification.PadToken]),
            ("the pad token", _) => specification.PadToken,
            ("the last of the vocabulary", _) => specification.TargetVocabularySize - 1,
            (_, bool) => bool.Parse(cell),
            (_, Enum value) => Enum.Parse(value.GetType(), cell),
            (_, double) => double.Parse(cell, CultureInfo.InvariantCulture),
            _ => int.Parse(cell.Split(' ')[0], CultureInfo.InvariantCulture),
        };
        Assert.Equal(expected, found);
    }

    /// <summary>The cells of the presets by property: those of the first table whose first column is a property.</summary>
    private static Dictionary<string, string[]> ReadRows()
    {
        string page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Documents", "docs", "README.md"));
        string[] lines = page.Split('\n');
        int header = Array.IndexOf(lines, "| property | key in `config.json` | Vanilla | Marian | Bart |");
        return lines
            .Skip(header + 2)
            .TakeWhile(static line => line.StartsWith('|'))
            .Select(static line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(static cells => cells[0].Trim('`'), static cells => cells[2..]);
    }
}

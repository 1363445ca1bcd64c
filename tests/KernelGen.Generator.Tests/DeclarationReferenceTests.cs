using System.Globalization;
using KernelGen.Generator.Specification;
using static KernelGen.Generator.Tests.SpecificationTest;

namespace KernelGen.Generator.Tests;

/// <summary>The tables of the declaration reference say what the presets and the configurations of each model type do.</summary>
public class DeclarationReferenceTests
{
    private static readonly string[] ModelTypes = ["marian", "bart", "mbart", "m2m_100", "pegasus"];

    private static readonly Dictionary<string, string[]> Rows = ReadRows($"| property | key in `config.json` | {string.Join(" | ", Enum.GetNames<Architecture>())} |");

    /// <summary>The keys that a configuration file may leave out, and what each model type then has.</summary>
    private static readonly Dictionary<string, string[]> KeyRows = ReadRows("| key | `marian` | `bart` | `mbart` | `m2m_100` | `pegasus` |");

    public static TheoryData<string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string>();
            foreach (string property in Rows.Keys)
            {
                foreach (string architecture in Enum.GetNames<Architecture>())
                {
                    cells.Add(Names(property)[0], architecture);
                }
            }

            return cells;
        }
    }

    public static TheoryData<string, string> KeyCells
    {
        get
        {
            var cells = new TheoryData<string, string>();
            foreach (string keys in KeyRows.Keys)
            {
                foreach (string modelType in ModelTypes)
                {
                    cells.Add(keys, modelType);
                }
            }

            return cells;
        }
    }

    [Fact]
    public void Every_property_has_a_row() => Assert.Equal(
        typeof(Declaration).GetProperties()
            .Select(static property => property.Name)
            .Except([nameof(Declaration.Class), nameof(Declaration.ClassProblems), nameof(Declaration.Architecture), nameof(Declaration.Configuration), nameof(Declaration.BaseClass), nameof(Declaration.IsOfSpeech)])
            .Where(static name => name != "EqualityContract")
            .Order(StringComparer.Ordinal),
        Rows.Keys.Select(static cell => Names(cell)[0]).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Cells))]
    public void Each_default_is_the_presets(string property, string architectureName)
    {
        Architecture architecture = Enum.Parse<Architecture>(architectureName);
        string cell = Rows[$"`{property}`"][1 + (int)architecture].Replace("`", "", StringComparison.Ordinal);
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
            ("ModelDimension / Heads", _) => declaration.ModelDimension! / declaration.Heads!,
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

    [Fact]
    public void Every_required_key_has_a_row() => Assert.Empty(
        Rows.Values.Where(static cells => cells[1].StartsWith("required", StringComparison.Ordinal)).SelectMany(static cells => Names(cells[0]))
            .Except(KeyRows.Keys.SelectMany(Names)));

    [Theory]
    [MemberData(nameof(KeyCells))]
    public void Each_key_that_is_left_out_has_the_default_of_its_model_type(string keys, string modelType)
    {
        string cell = KeyRows[keys][Array.IndexOf(ModelTypes, modelType)];
        string expected = Json(cell.Split(' ')[^1]);
        ModelSpecification leftOut = Specify(DeclareByFile(), FileOf([]));

        Assert.Equal(leftOut, With("null"));
        Assert.Equal(leftOut, With(expected));
        Assert.NotEqual(leftOut, With(Other(keys, expected)));
        if (cell.Contains(", which is ", StringComparison.Ordinal))
        {
            // The default is the value of another key.
            Assert.Equal(With("3"), Specify(DeclareByFile(), FileOf([(Names(cell)[0], "3")])));
        }

        ModelSpecification With(string value) => Specify(DeclareByFile(), FileOf([.. Names(keys).Select(key => (key, value))]));

        string FileOf((string Key, string Value)[] members) =>
            $"{{{string.Join(", ", members.Prepend((Key: "model_type", Value: $"\"{modelType}\"")).Select(static member => $"\"{member.Key}\": {member.Value}"))}}}";
    }

    /// <summary>A value of a table as JSON.</summary>
    private static string Json(string cell)
    {
        string value = cell.Trim('`');
        return bool.TryParse(value, out _) || int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? value : $"\"{value}\"";
    }

    /// <summary>Another value for keys, with which the model still works.</summary>
    private static string Other(string keys, string value) => value switch
    {
        "true" => "false",
        "\"relu\"" => "\"gelu\"",
        "false" => "true",
        "\"gelu\"" => "\"relu\"",
        _ when keys.Contains("token_id", StringComparison.Ordinal) => "3",
        _ => (2 * int.Parse(value, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The names in a cell.</summary>
    private static string[] Names(string cell) => [.. cell.Split('`').Where(static (_, index) => index % 2 == 1)];

    /// <summary>The rows of the table with a header: the cells by the first of each.</summary>
    private static Dictionary<string, string[]> ReadRows(string header)
    {
        string page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Documents", "docs", "README.md"));
        string[] lines = page.Split('\n');
        return lines
            .Skip(Array.IndexOf(lines, header) + 2)
            .TakeWhile(static line => line.StartsWith('|'))
            .Select(static line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(static cells => cells[0], static cells => cells[1..]);
    }
}

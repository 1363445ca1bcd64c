using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace KernelGen.Tool.CommandLine;

/// <summary>What several commands take.</summary>
internal static class CommonArguments
{
    /// <summary>The weights.</summary>
    public static Argument<string> Weights(string description) => new("file") { Description = description };

    /// <summary>Whether to write JSON.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Write the report as JSON, for programs." };

    /// <summary>How weights are stored.</summary>
    public static Option<WeightPrecision?> Precision(string description)
    {
        var option = new Option<WeightPrecision?>("--precision") { Description = description, HelpName = "float32|bfloat16|int8|int4", CustomParser = ParsePrecision };

        // The names of the enum's members are not those of the command line.
        option.CompletionSources.Clear();
        option.CompletionSources.Add("float32", "bfloat16", "int8", "int4");
        return option;
    }

    /// <summary>A whole number, from 1 on.</summary>
    public static Option<int?> Number(string name, string description, int most) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = argument =>
        {
            string text = argument.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most)
            {
                return number;
            }

            argument.AddError($"{name} cannot be '{text}': it is a number from 1 to {most}.");
            return null;
        },
    };

    private static WeightPrecision? ParsePrecision(ArgumentResult argument)
    {
        string name = argument.Tokens[0].Value;
        if (WeightPrecisions.TryParse(name, out WeightPrecision precision))
        {
            return precision;
        }

        argument.AddError($"--precision cannot be '{name}': it is float32, bfloat16, int8 or int4.");
        return null;
    }
}

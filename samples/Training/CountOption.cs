using System.CommandLine;
using System.Globalization;

namespace KernelGen.Samples.Training;

/// <summary>Options that are a number of at least 1.</summary>
internal static class CountOption
{
    /// <summary>Makes one.</summary>
    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="description">What it says.</param>
    /// <param name="usual">What it is unless given.</param>
    public static Option<int> Create(string name, string description, int usual)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "number", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            // What is no number is refused by the parser.
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out int number) && number < 1)
            {
                result.AddError($"{name} is at least 1");
            }
        });
        return option;
    }
}

using System.CommandLine.Parsing;
using System.Globalization;

namespace KernelGen.Samples.Translate;

/// <summary>Reads the values of options that more than one program takes.</summary>
internal static class OptionValues
{
    /// <summary>A whole number.</summary>
    /// <param name="argument">What was given.</param>
    /// <param name="option">The name of the option.</param>
    /// <param name="most">The largest.</param>
    /// <param name="least">The least.</param>
    public static int? Count(ArgumentResult argument, string option, int most, int least = 1)
    {
        string text = argument.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= least && count <= most)
        {
            return count;
        }

        argument.AddError($"{option} cannot be '{text}': it is a number from {least} to {most}");
        return null;
    }

    /// <summary>How weights are stored.</summary>
    /// <param name="argument">What was given to <c>--precision</c>.</param>
    public static WeightPrecision? Precision(ArgumentResult argument)
    {
        string name = argument.Tokens[0].Value;
        if (WeightPrecisions.TryParse(name, out WeightPrecision precision))
        {
            return precision;
        }

        argument.AddError($"--precision cannot be '{name}': it is float32, bfloat16, int8 or int4");
        return null;
    }
}

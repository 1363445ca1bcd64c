using System.Globalization;
using KernelGen.Benchmarks.Models;
using KernelGen.Execution;

namespace KernelGen.Benchmarks.Start;

/// <summary>What a start program is asked to do. Read without a library, which would take longer than some models do.</summary>
internal sealed record StartArguments
{
    public const string Usage =
        """
        usage: first MODEL PATH [--precision PRECISION] [--memory]
                   loads, generates one token, prints it, ends
               generate MODEL PATH [--precision PRECISION] [--batch N]
                   loads, then obeys each line of its input: 'turn SECONDS' generates again and again, and prints the
                   milliseconds of each call; 'memory' prints memory
        memory is two numbers of KiB: the peak of resident memory, and what now is of no file; --memory prints it after the token
        MODEL is base, student or small, PRECISION float32, bfloat16, int8 or int4; PATH holds the weights
        """;

    /// <summary>Whether one token is all that is wanted.</summary>
    public required bool IsFirst { get; init; }

    public required ModelDescription Model { get; init; }

    /// <summary>A file of weights, or a folder with graphs.</summary>
    public required string Path { get; init; }

    /// <summary>What weights are stored in; <see langword="null"/> for what the file was made for.</summary>
    public WeightPrecision? Precision { get; init; }

    public int Batch { get; init; } = 1;

    /// <summary>Whether memory is printed beside the first token.</summary>
    public bool PrintsMemory { get; init; }

    /// <summary>The tokens to generate from each source.</summary>
    public int TargetLength => IsFirst ? 1 : FixedSources.Length;

    /// <summary>Reads a command line.</summary>
    /// <returns><see langword="null"/> where it is not as <see cref="Usage"/> says.</returns>
    public static StartArguments? Read(string[] arguments)
    {
        if (arguments is not [("first" or "generate") and var command, var name, var path, ..] || ModelOf(name) is not { } model)
        {
            return null;
        }

        StartArguments? result = new() { IsFirst = command == "first", Model = model, Path = path };
        for (int i = 3; i < arguments.Length && result is not null; i++)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--memory" when result.IsFirst:
                    result = result with { PrintsMemory = true };
                    break;
                case "--precision" when WeightPrecisions.TryParse(value, out WeightPrecision precision):
                    result = result with { Precision = precision };
                    i++;
                    break;
                case "--batch" when !result.IsFirst && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int batch) && batch > 0:
                    result = result with { Batch = batch };
                    i++;
                    break;
                default:
                    result = null;
                    break;
            }
        }

        return result;
    }

    private static ModelDescription? ModelOf(string name) => name switch
    {
        "base" => Base.Description,
        "student" => Student.Description,
        "small" => Small.Description,
        _ => null,
    };
}

using System.Collections;
using System.Globalization;
using System.Reflection;

namespace KernelGen.Tool.Weights;

/// <summary>The defaults of generation that a folder has.</summary>
/// <param name="File">The file that has them.</param>
/// <param name="Options">What differs from the options' own defaults.</param>
/// <param name="Unsupported">Keys that ask for what is not supported.</param>
/// <param name="Problem">Why the file cannot be used; <see langword="null"/> where it can.</param>
internal sealed record InspectedGeneration(string File, IReadOnlyList<InspectedOption> Options, IReadOnlyList<InspectedKey> Unsupported, string? Problem)
{
    private static readonly string[] Names = ["generation_config.json", "config.json"];

    private static readonly GenerationOptions Defaults = new();

    public static InspectedGeneration? Of(string folder)
    {
        if (Array.Find(Names, name => System.IO.File.Exists(Path.Combine(folder, name))) is not { } file)
        {
            return null;
        }

        try
        {
            GenerationConfiguration configuration = GenerationConfiguration.Load(Path.Combine(folder, file));
            IEnumerable<InspectedOption> options = typeof(GenerationOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Select(property => new InspectedOption(property.Name, Text(property.GetValue(configuration.Options))))
                .Where(static option => option.Value != Text(typeof(GenerationOptions).GetProperty(option.Name)!.GetValue(Defaults)));
            return new InspectedGeneration(file, [.. options], [.. configuration.UnsupportedKeys.Select(static key => new InspectedKey(key.Key, key.Reason))], null);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new InspectedGeneration(file, [], [], exception.Message);
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        string text => text,
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Text))}]",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}

/// <summary>An option of generation.</summary>
internal sealed record InspectedOption(string Name, string Value);

/// <summary>A key of a file, and why it is not supported.</summary>
internal sealed record InspectedKey(string Key, string Reason);

using System.CommandLine;

namespace KernelGen.Tool.Declarations;

/// <summary>The options that say how a model is declared.</summary>
internal sealed class DeclarationOptions
{
    private readonly Option<string?> _declaration = new("--declaration")
    {
        Description = "How the model is declared: a C# file with the class, or the attribute itself, or only its arguments (\"Architecture.Vanilla, Heads = 4, ...\").",
        HelpName = "file or text",
    };

    private readonly Option<string?> _class = new("--class")
    {
        Description = "Which class of the C# file, where it declares several.",
        HelpName = "name",
    };

    private readonly Option<string?> _config = new("--config")
    {
        Description = "A Hugging Face config.json to declare the model by. Without --declaration, the config.json beside the weights is used where there is one.",
        HelpName = "file",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "A property to set, whatever tells the others: --set Heads=4 --set Activation=Gelu.",
        HelpName = "property=value",
        AllowMultipleArgumentsPerToken = false,
    };

    public DeclarationOptions() => _set.CompletionSources.Add(static _ => DeclarationSource.PropertyNames.Select(static name => name + "="));

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_declaration);
        command.Add(_class);
        command.Add(_config);
        command.Add(_set);
    }

    /// <summary>What was given.</summary>
    public GivenDeclaration Read(ParseResult result) => new(
        result.GetValue(_declaration), result.GetValue(_class), result.GetValue(_config), result.GetValue(_set) ?? []);
}

/// <summary>What the command line says of the declaration.</summary>
/// <param name="Declaration">A C# file or text, or <see langword="null"/>.</param>
/// <param name="ClassName">The class of the C# file, or <see langword="null"/>.</param>
/// <param name="Configuration">A configuration file, or <see langword="null"/>.</param>
/// <param name="Settings">Properties and their values.</param>
internal sealed record GivenDeclaration(string? Declaration, string? ClassName, string? Configuration, IReadOnlyList<string> Settings);

using System.CommandLine;
using KernelGen.Tool.CommandLine;
using KernelGen.Tool.Declarations;

namespace KernelGen.Tool.Folders;

/// <summary>The options of commands that run the model of a folder: its weights, their precision, the cache, and how it is declared.</summary>
internal sealed class FolderOptions
{
    /// <summary>The folder.</summary>
    public Argument<string> Folder { get; } = new("folder") { Description = "The folder of a model as it is downloaded from Hugging Face; its weights may be a packed file." };

    private readonly Option<string?> _weights = new("--weights")
    {
        Description = "Weights that are not the folder's own: the path of a checkpoint or a packed file, from the folder on where it is relative.",
        HelpName = "file",
    };

    private readonly Option<WeightPrecision?> _precision = CommonArguments.Precision("How the weights of linear layers are stored (default: float32). A packed file has its own.");

    private readonly Option<string?> _cache = new("--cache")
    {
        Description = "The folder that keeps compiled kernels and packed weights for the next start (default: kernelgen in the user's folder for caches). It may be deleted at any time.",
        HelpName = "folder",
    };

    private readonly Option<bool> _noCache = new("--no-cache") { Description = "Keep nothing, and use nothing that was kept." };
    private readonly DeclarationOptions _declaration = new();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_weights);
        command.Add(_precision);
        command.Add(_cache);
        command.Add(_noCache);
        _declaration.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_noCache) && result.GetValue(_cache) is not null)
            {
                result.AddError("--cache and --no-cache exclude each other.");
            }
        });
    }

    /// <summary>What was given.</summary>
    public GivenFolder Read(ParseResult result) => new(
        result.GetRequiredValue(Folder),
        result.GetValue(_weights),
        result.GetValue(_precision),
        result.GetValue(_cache),
        !result.GetValue(_noCache),
        _declaration.Read(result));
}

/// <summary>What the command line says of a folder.</summary>
/// <param name="Folder">Its path.</param>
/// <param name="Weights">The weights, where they are not the folder's own.</param>
/// <param name="Precision">How weights are stored.</param>
/// <param name="Cache">The folder of the cache, or <see langword="null"/> for the usual one.</param>
/// <param name="UsesCache">Whether there is to be a cache.</param>
/// <param name="Declaration">How the model is declared.</param>
internal sealed record GivenFolder(string Folder, string? Weights, WeightPrecision? Precision, string? Cache, bool UsesCache, GivenDeclaration Declaration);

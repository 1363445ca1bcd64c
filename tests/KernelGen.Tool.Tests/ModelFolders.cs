using KernelGen.Text;
using KernelGen.Tool.CommandLine;
using KernelGen.Tool.Declarations;
using KernelGen.Tool.Folders;

[assembly: AssemblyFixture(typeof(KernelGen.Tool.Tests.ModelFolders))]

namespace KernelGen.Tool.Tests;

/// <summary>A folder of a Marian with a cache that has its kernels, for all tests: kernels take seconds to compile.</summary>
public sealed class ModelFolders : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ModelFolders()
    {
        Marian = TextFolder.Marian(_folder.File("marian"));
        Assert.Equal(new ToolRun(0, "", ""), Run("", "translate"));
        Kernels = Assert.Single(Directory.GetFiles(Path.Combine(Cache, "kernels")));
    }

    /// <summary>The folder of the model.</summary>
    public string Marian { get; }

    /// <summary>Its kernels in the cache.</summary>
    public string Kernels { get; }

    /// <summary>The folder of the cache, which tests leave as it is.</summary>
    public string Cache => _folder.File("cache");

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs a command on the model.</summary>
    internal ToolRun Run(string input, string command, params string[] arguments) => ToolRun.With(input, [command, Marian, "--cache", Cache, .. arguments]);

    /// <summary>What the library makes of a line, without the tool's reading and writing.</summary>
    internal TextGenerator Open()
    {
        using var nowhere = new StringWriter();
        var given = new GivenFolder(Marian, null, null, Cache, true, new GivenDeclaration(null, null, null, []));
        return ModelFolder.Find(given, new Terminal(nowhere, nowhere, isInteractive: false)).OpenText(new TextGeneratorOpenOptions());
    }
}

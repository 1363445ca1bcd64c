using System.IO.Compression;
using System.Reflection.Metadata;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace KernelGen.Package.Tests;

/// <summary>The sources alone decide what is in a package, and its symbols tell where each source is published.</summary>
public sealed class ReproducibleTests : IDisposable
{
    private const string Remote = "https://github.com/kernelgen/kernelgen";

    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    private readonly string _root = Directory.CreateTempSubdirectory("kernelgen-reproducible-").FullName;

    [Fact]
    public async Task The_same_sources_give_the_same_package_in_any_folder()
    {
        string first = Path.Combine(_root, "first");
        string second = Path.Combine(_root, "somewhere", "else");
        CopySources(first);
        Git(first, "init", "--quiet");
        Git(first, "add", "--all");
        Git(first, "-c", "user.name=Test", "-c", "user.email=test@example.invalid", "commit", "--quiet", "--message", "Sources");
        Git(_root, "clone", "--quiet", first, second);
        Git(first, "remote", "add", "origin", Remote);
        Git(second, "remote", "set-url", "origin", Remote);

        string[] folders = await Task.WhenAll(Task.Run(() => Pack(first)), Task.Run(() => Pack(second)));

        foreach (string extension in new[] { "nupkg", "snupkg" })
        {
            string[][] contents = [.. folders.Select(folder => Contents(Path.Combine(folder, $"KernelGen.{PackageFeed.Version}.{extension}")))];
            Assert.NotEmpty(contents[0]);
            Assert.Equal(contents[0], contents[1]);
        }

        AssertSourcesAreFound(Path.Combine(folders[0], $"KernelGen.{PackageFeed.Version}.snupkg"), Git(first, "rev-parse", "HEAD").Trim());
    }

    public void Dispose()
    {
        // Git marks its objects as read-only, which Windows does not delete.
        foreach (string file in Directory.GetFiles(_root, "*", SearchOption.AllDirectories))
        {
            File.SetAttributes(file, FileAttributes.Normal);
        }

        Directory.Delete(_root, recursive: true);
    }

    private static void CopySources(string folder)
    {
        string[] places = [".config", "generator", "model", Path.Combine("runtime", "KernelGen"), Path.Combine("runtime", "Shared")];
        IEnumerable<string> files = Directory.GetFiles(PackageFeed.Repository, "Directory.*").Concat(new[] { "global.json", "CHANGELOG.md", "icon.png", ".editorconfig", ".gitattributes", ".gitignore" }.Select(static name => Path.Combine(PackageFeed.Repository, name)))
            .Concat(places.SelectMany(static place => Directory.GetFiles(Path.Combine(PackageFeed.Repository, place), "*", SearchOption.AllDirectories)));
        foreach (string file in files)
        {
            string relative = Path.GetRelativePath(PackageFeed.Repository, file);
            if (!relative.Split(Path.DirectorySeparatorChar).Any(static part => part is "bin" or "obj"))
            {
                string target = Path.Combine(folder, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }

    private static string Pack(string folder)
    {
        string packages = Path.Combine(folder, "artifacts");
        PackageFeed.Dotnet(folder, "pack", "runtime/KernelGen", "-c", "Release", "-o", packages, "-p:ContinuousIntegrationBuild=true", $"-p:PackageVersion={PackageFeed.Version}");
        return packages;
    }

    private static string Git(string folder, params string[] arguments)
    {
        (int exitCode, string output) = PackageFeed.Run("git", folder, arguments);
        Assert.True(exitCode == 0, $"git {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    // Each file with the hash of its bytes, but not the core properties, which NuGet names by chance.
    private static string[] Contents(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(package);
        return [.. archive.Entries
            .Where(static entry => !entry.FullName.EndsWith(".psmdcp", StringComparison.Ordinal) && entry.FullName != "_rels/.rels")
            .Select(static entry =>
            {
                using Stream stream = entry.Open();
                return entry.FullName + " " + Convert.ToHexString(SHA256.HashData(stream));
            })
            .Order(StringComparer.Ordinal)];
    }

    private static void AssertSourcesAreFound(string symbolPackage, string commit)
    {
        using ZipArchive archive = ZipFile.OpenRead(symbolPackage);
        var pdb = new MemoryStream();
        using (Stream entry = archive.Entries.Single(static entry => entry.Name == "KernelGen.pdb").Open())
        {
            entry.CopyTo(pdb);
        }

        pdb.Position = 0;
        using var provider = MetadataReaderProvider.FromPortablePdbStream(pdb);
        MetadataReader reader = provider.GetMetadataReader();
        CustomDebugInformation link = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation).Single(information => reader.GetGuid(information.Kind) == SourceLink);
        Assert.Contains($"\"/_/*\":\"https://raw.githubusercontent.com/kernelgen/kernelgen/{commit}/*\"", Encoding.UTF8.GetString(reader.GetBlobBytes(link.Value)), StringComparison.Ordinal);
        Assert.All(reader.Documents, handle => Assert.StartsWith("/_/", reader.GetString(reader.GetDocument(handle).Name), StringComparison.Ordinal));
    }
}

using System.Reflection;
using KernelGen.Audio;
using KernelGen.Text;
using Microsoft.Extensions.DependencyInjection;
using PublicApiGenerator;
using Xunit;

namespace KernelGen.Package.Tests;

/// <summary>
/// What the packages offer is listed in PublicApi, and changes only together with the list. With KERNELGEN_UPDATE_PUBLIC_API=true the lists are written anew:
/// the change then shows in the commit.
/// </summary>
public class PublicApiTests
{
    private const string Update = "KERNELGEN_UPDATE_PUBLIC_API";

    [Theory]
    [InlineData(typeof(EncoderDecoder))]
    [InlineData(typeof(ITokenizer))]
    [InlineData(typeof(SpeechToText))]
    [InlineData(typeof(KernelGenServiceCollectionExtensions))]
    [InlineData(typeof(KernelGenWebServiceCollectionExtensions))]
    [InlineData(typeof(Extensions.AI.SpeechToTextClientOptions))]
    public void Nothing_public_changes_unnoticed(Type member)
    {
        Assembly assembly = member.Assembly;
        string path = Path.Combine(PackageFeed.Repository, "tests", "KernelGen.Package.Tests", "PublicApi", assembly.GetName().Name + ".txt");
        var options = new ApiGeneratorOptions { IncludeAssemblyAttributes = false, DenyNamespacePrefixes = [] };
        string offered = assembly.GeneratePublicApi(options).ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        Assert.Contains(" " + member.Name, offered, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable(Update) == "true")
        {
            File.WriteAllText(path, offered);
        }

        string[] listed = File.ReadAllLines(path);
        string[] found = offered.TrimEnd('\n').Split('\n');
        string difference = string.Join('\n', found.Except(listed).Select(static line => "+ " + line.Trim()).Concat(listed.Except(found).Select(static line => "- " + line.Trim())));
        Assert.True(
            listed.SequenceEqual(found),
            $"What {assembly.GetName().Name} offers differs from {path}:\n{difference}\nIf that is meant, run: {Update}=true dotnet test -c Release --project tests/KernelGen.Package.Tests -- --filter-class {typeof(PublicApiTests).FullName}");
    }
}

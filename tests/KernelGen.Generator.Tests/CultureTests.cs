using System.Globalization;
using Microsoft.CodeAnalysis;
using static KernelGen.Generator.Tests.GeneratorTest;

namespace KernelGen.Generator.Tests;

public class CultureTests
{
    // As Finnish settings have it; made by hand, because the test machine may know no culture but the invariant one.
    private static CultureInfo Finnish
    {
        get
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NegativeSign = "\u2212";
            culture.NumberFormat.NumberDecimalSeparator = ",";
            culture.NumberFormat.NumberGroupSeparator = "\u00A0";
            culture.NumberFormat.NaNSymbol = "ep\u00E4luku";
            return culture;
        }
    }

    [Theory]
    [InlineData("Vanilla", "LayerNormEpsilon = 1.5e-6, Activation = Activation.GeluTanh")]
    [InlineData("Marian", "")]
    [InlineData("Bart", "")]
    public void The_same_is_generated_everywhere(string architecture, string properties)
    {
        string source = Model(architecture, properties);

        Assert.Equal(Texts(Run(source)), In(Finnish, () => Texts(Run(source))));
    }

    [Fact]
    public void A_configuration_reads_the_same_everywhere()
    {
        (string Path, string Text) file = ("/project/config.json", SpecificationTest.Configuration("bart", "\"layer_norm_eps\": 1.5e-6"));
        string source = Model("\"config.json\"");

        Assert.Equal(Texts(Run(source, file)), In(Finnish, () => Texts(Run(source, file))));
    }

    [Fact]
    public async Task Messages_read_the_same_everywhere()
    {
        CultureInfo previous = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = Finnish;
        try
        {
            Diagnostic diagnostic = Assert.Single(await AnalyzeAsync(Model("Bart", "StartToken = -1")));
            Assert.Contains("StartToken = -1 ", diagnostic.GetMessage(Finnish), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = previous;
        }
    }

    private static T In<T>(CultureInfo culture, Func<T> action)
    {
        CultureInfo previous = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        try
        {
            return action();
        }
        finally
        {
            CultureInfo.CurrentCulture = previous;
        }
    }

    private static List<string> Texts(GeneratorDriverRunResult result)
    {
        Assert.NotEmpty(result.GeneratedTrees);
        return [.. result.GeneratedTrees.Select(static tree => tree.ToString())];
    }
}

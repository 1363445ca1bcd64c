extern alias runtime;

using KernelGen.Generator.Specification;

namespace KernelGen.Generator.Tests;

public class EnumMirrorTests
{
    [Theory]
    [InlineData(typeof(Architecture), typeof(runtime::KernelGen.Architecture))]
    [InlineData(typeof(NormPlacement), typeof(runtime::KernelGen.NormPlacement))]
    [InlineData(typeof(Activation), typeof(runtime::KernelGen.Activation))]
    [InlineData(typeof(PositionalEncoding), typeof(runtime::KernelGen.PositionalEncoding))]
    public void TheGeneratorsEnumsAreTheRuntimes(Type mirror, Type original) =>
        Assert.Equal(
            Enum.GetNames(original).Select(name => (name, (int)Enum.Parse(original, name))),
            Enum.GetNames(mirror).Select(name => (name, (int)Enum.Parse(mirror, name))));

    [Fact]
    public void EveryPropertyOfTheAttributeIsRead()
    {
        IEnumerable<string> properties = typeof(runtime::KernelGen.EncoderDecoderModelAttribute).GetProperties()
            .Where(static property => property.CanWrite)
            .Select(static property => property.Name);

        Assert.All(properties, static property => Assert.NotNull(typeof(Declaration).GetProperty(property)));
    }
}

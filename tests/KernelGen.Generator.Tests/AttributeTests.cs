extern alias runtime;

using System.Reflection;
using KernelGen.Generator.Specification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static KernelGen.Generator.Tests.GeneratorTest;

namespace KernelGen.Generator.Tests;

public class AttributeTests
{
    private static Declaration ReadDeclaration(string source)
    {
        CSharpCompilation compilation = Compile(source);
        INamedTypeSymbol type = compilation.GetTypeByMetadataName("Tiny")!;
        return DeclarationReader.Read(type, (TypeDeclarationSyntax)type.DeclaringSyntaxReferences.Single().GetSyntax(), DeclarationReader.FindAttribute(type)!)!;
    }

    [Theory]
    [InlineData(typeof(runtime::KernelGen.EncoderDecoderModelAttribute))]
    [InlineData(typeof(runtime::KernelGen.SpeechToTextModelAttribute))]
    public void Every_property_of_the_attribute_is_read(Type attribute)
    {
        IEnumerable<PropertyInfo> properties = attribute.GetProperties().Where(static property => property.CanWrite);

        Assert.All(properties, property =>
        {
            PropertyInfo read = typeof(Declaration).GetProperty(property.Name)!;
            Type type = property.PropertyType;
            (string text, object value) = type == typeof(int) ? ("3", 3)
                : type == typeof(bool) ? ("true", true)
                : type == typeof(double) ? ("0.5", 0.5)
                : type == typeof(int[]) ? ("new[] { 3 }", new EquatableArray<int>([3]))
                : ((string, object))($"({type.Name})1", 1);
            string source = Model($"Architecture.Whisper, {property.Name} = {text}").Replace("EncoderDecoderModel", attribute.Name.Replace("Attribute", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Equal(value, read.GetValue(ReadDeclaration(source)));
        });
    }
}

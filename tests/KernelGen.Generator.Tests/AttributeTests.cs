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

    [Fact]
    public void Every_property_of_the_attribute_is_read()
    {
        IEnumerable<string> properties = typeof(runtime::KernelGen.EncoderDecoderModelAttribute).GetProperties()
            .Where(static property => property.CanWrite)
            .Select(static property => property.Name);

        Assert.All(properties, static property =>
        {
            PropertyInfo read = typeof(Declaration).GetProperty(property)!;
            Type type = typeof(runtime::KernelGen.EncoderDecoderModelAttribute).GetProperty(property)!.PropertyType;
            (string text, object value) = type == typeof(int) ? ("3", 3)
                : type == typeof(bool) ? ("true", true)
                : type == typeof(double) ? ("0.5", 0.5)
                : type == typeof(int[]) ? ("new[] { 3 }", new EquatableArray<int>([3]))
                : ((string, object))($"({type.Name})1", 1);
            Assert.Equal(value, read.GetValue(ReadDeclaration(Model($"Architecture.Vanilla, {property} = {text}"))));
        });
    }
}

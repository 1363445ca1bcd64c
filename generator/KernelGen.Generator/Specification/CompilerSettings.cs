using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Generator.Specification;

/// <summary>What the project that declares a model lets generated code do, whichever model it is.</summary>
/// <param name="AllowsUnsafe">Whether <c>AllowUnsafeBlocks</c> is on: kernels work with pointers.</param>
/// <param name="LanguageVersion">The C# version, as Roslyn numbers it: 1200 is C# 12.</param>
internal sealed record CompilerSettings(bool AllowsUnsafe, int LanguageVersion)
{
    /// <summary>C# 12, the lowest version that generated code compiles with.</summary>
    public const int MinimumLanguageVersion = 1200;

    /// <summary>A name that generated code uses and that the project gives another meaning, and what it means there.</summary>
    public (string Name, string Meaning)? TakenName { get; init; }

    public static CompilerSettings Of(Compilation compilation)
    {
        var csharp = compilation as CSharpCompilation;
        return new CompilerSettings(csharp?.Options.AllowUnsafe ?? false, (int)(csharp?.LanguageVersion ?? 0)) { TakenName = TakenNames.InProject(compilation) };
    }

    public IEnumerable<Problem> FindProblems(DeclaredClass declaredClass)
    {
        if (!AllowsUnsafe)
        {
            yield return new Problem(ProblemKind.UnsafeCodeNotAllowed, Place.Attribute, declaredClass.Name);
        }

        if (TakenName is (string name, string meaning))
        {
            yield return new Problem(ProblemKind.NameTaken, Place.Attribute, declaredClass.Name, name, meaning);
        }

        if (LanguageVersion < MinimumLanguageVersion)
        {
            // C# 7.3 is 703, C# 8 is 800; up to C# 7 the number is the version itself.
            int major = LanguageVersion >= 100 ? LanguageVersion / 100 : LanguageVersion;
            int minor = LanguageVersion >= 100 ? LanguageVersion % 100 : 0;
            string version = minor == 0 ? major.ToString(CultureInfo.InvariantCulture) : FormattableString.Invariant($"{major}.{minor}");
            yield return new Problem(ProblemKind.LanguageVersionTooLow, Place.Attribute, declaredClass.Name, version);
        }
    }
}

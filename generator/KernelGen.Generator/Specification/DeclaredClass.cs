namespace KernelGen.Generator.Specification;

/// <summary>The class that carries the attribute: where the generated parts go. No Roslyn type in it.</summary>
/// <param name="Namespace">The namespace, or an empty string for the global one.</param>
/// <param name="ContainingTypes">The types around it, outermost first, each as its declaration reads without members: <c>partial class Outer</c>.</param>
/// <param name="Name">The name of the class, as in source: a keyword has its <c>@</c>.</param>
internal sealed record DeclaredClass(string Namespace, EquatableArray<string> ContainingTypes, string Name)
{
    /// <summary>Whether another model's hint name differs from this one's by letter case alone.</summary>
    public bool IsAmbiguous { get; init; }

    /// <summary>The stable prefix of the names of the generated files: <c>Namespace.Outer.Name</c>; with a number where letter case alone would tell it from another.</summary>
    public string HintName
    {
        get
        {
            IEnumerable<string> outer = ContainingTypes.Select(static type => type.Substring(type.LastIndexOf(' ') + 1));
            string name = string.Join(".", outer.Concat([Name]));
            // A hint name must not hold the @ of an escaped keyword.
            string hintName = (Namespace.Length == 0 ? name : Namespace + "." + name).Replace("@", "");
            return IsAmbiguous ? $"{hintName}.{Fingerprint(hintName):x8}" : hintName;
        }
    }

    /// <summary>A number that is the same in every run (FNV-1a).</summary>
    private static uint Fingerprint(string text) => text.Aggregate(2166136261u, static (hash, letter) => unchecked((hash ^ letter) * 16777619u));
}

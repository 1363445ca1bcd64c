namespace KernelGen.Samples.TranslateWeb;

/// <summary>The files inside the program: weights, vocabularies, the page.</summary>
internal static class Resources
{
    public static Stream Open(string name) => typeof(Resources).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"this program was built without its resource {name}.");
}

namespace KernelGen.Generator.Emission;

/// <summary>A source file to add to the compilation.</summary>
/// <param name="HintName">Its stable name, unique in the compilation.</param>
/// <param name="Source">Its text, with <c>\n</c> line ends.</param>
internal sealed record GeneratedFile(string HintName, string Source);

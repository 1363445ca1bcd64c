namespace KernelGen;

/// <summary>A key of a generation configuration that asks for what is not supported, so that answers may differ from those of Transformers.</summary>
/// <param name="Key">The key.</param>
/// <param name="Reason">Why it has no effect here.</param>
public sealed record UnsupportedGenerationKey(string Key, string Reason);

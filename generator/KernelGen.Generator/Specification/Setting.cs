namespace KernelGen.Generator.Specification;

/// <summary>A value that was decided, and where it came from.</summary>
/// <param name="Value">The value.</param>
/// <param name="Place">Where a problem with it is reported.</param>
/// <param name="Text">How it reads in a message: <c>Heads = 3</c>, or <c>"d_model": 512 in opus/config.json</c>.</param>
internal sealed record Setting<T>(T Value, Place Place, string Text);

namespace KernelGen.Tool.Declarations;

/// <summary>A property of a declaration.</summary>
/// <param name="Name">The property of <see cref="EncoderDecoderModelAttribute"/>.</param>
/// <param name="Value">Its value, as C# text.</param>
/// <param name="From">What the value was read from, or why it is assumed.</param>
/// <param name="IsAssumed">Whether nothing in the file tells the value.</param>
internal sealed record DeclaredProperty(string Name, string Value, string From, bool IsAssumed = false);

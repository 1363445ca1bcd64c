namespace KernelGen.Tool.Lines;

/// <summary>Nobody reads the output any more, as behind <c>| head</c>; nothing went wrong.</summary>
internal sealed class OutputClosedException(Exception innerException) : Exception("Nobody reads the output any more.", innerException);

namespace KernelGen.Checkpoints;

/// <summary>A weights file is not what it should be: damaged, of another format, or not of the declared model.</summary>
public sealed class CheckpointException : Exception
{
    private const int LongestQuotedName = 120;

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was wrong, in which file, and what was expected.</param>
    /// <param name="tensorName">The tensor at fault, where there is one.</param>
    /// <param name="innerException">What went wrong underneath.</param>
    public CheckpointException(string message, string? tensorName = null, Exception? innerException = null)
        : base(message, innerException) => TensorName = tensorName;

    /// <summary>The name of the tensor at fault, as in the file; <see langword="null"/> when the file as a whole is.</summary>
    public string? TensorName { get; }

    /// <summary>A name from a file as a message may show it: without control characters, and not endless.</summary>
    internal static string Quote(string name)
    {
        int length = Math.Min(name.Length, LongestQuotedName);
        string shown = string.Create(length, name, static (span, from) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(from[i]) ? '\uFFFD' : from[i];
            }
        });
        return name.Length > length ? $"'{shown}...'" : $"'{shown}'";
    }
}

namespace KernelGen.Checkpoints;

/// <summary>A weights file, or a state of training, is not what it should be: damaged, of another format, or not of the declared model.</summary>
public sealed class CheckpointException : Exception
{
    private const int LongestQuotedName = 120;
    private const int MostQuotedNames = 8;

    private readonly string? _brief;

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was wrong, in which file, and what was expected.</param>
    /// <param name="tensorName">The tensor at fault, where there is one.</param>
    /// <param name="innerException">What went wrong underneath.</param>
    public CheckpointException(string message, string? tensorName = null, Exception? innerException = null)
        : base(message, innerException) => TensorName = tensorName;

    /// <summary>The name of the tensor at fault, as in the file; <see langword="null"/> when the file as a whole is.</summary>
    public string? TensorName { get; }

    /// <summary>The same in a few words, to stand beside the tensor's name: without the file, and without what to do.</summary>
    internal string Brief
    {
        get => _brief ?? Message;
        init => _brief = value;
    }

    /// <summary>A name from a file as a message may show it: without characters that disturb it, and not endless.</summary>
    internal static string Quote(string name) => Quote(name, LongestQuotedName);

    /// <inheritdoc cref="Quote(string)"/>
    internal static string Quote(string name, int longest) => $"'{ShownText.Of(name, longest)}'";

    /// <summary>Several names, of which the first are shown.</summary>
    internal static string QuoteAll(IReadOnlyCollection<string> names)
    {
        var shown = new List<string>(MostQuotedNames);
        foreach (string name in names)
        {
            if (shown.Count == MostQuotedNames)
            {
                return $"{string.Join(", ", shown)} and {names.Count - MostQuotedNames} more";
            }

            shown.Add(Quote(name));
        }

        return string.Join(", ", shown);
    }
}

namespace KernelGen.Samples.Translate;

/// <summary>Warns of lines with characters that the model does not know: each of the first ones, then how many more there are.</summary>
/// <param name="warn">Writes a warning.</param>
internal sealed class UnknownWarnings(Action<string> warn)
{
    private const int Most = 10;

    private long _line;
    private long _count;

    public void Add(TranslatedLine line)
    {
        _line++;
        if (line.Warning is not null && ++_count <= Most)
        {
            warn($"line {_line} {line.Warning}");
        }
    }

    /// <summary>Says how many were not named.</summary>
    public void Finish()
    {
        if (_count > Most)
        {
            warn($"{_count - Most} more lines hold what the model does not know");
        }
    }
}

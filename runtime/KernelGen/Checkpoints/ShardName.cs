namespace KernelGen.Checkpoints;

/// <summary>The names of files that are parts of one checkpoint: <c>model-00001-of-00003.safetensors</c>, beside <c>model.safetensors.index.json</c>.</summary>
internal static class ShardName
{
    private const int Digits = 5;
    private const string Of = "-of-";

    /// <summary><c>-00001-of-00003</c>.</summary>
    private const int MarkLength = 1 + Digits + 4 + Digits;

    /// <summary>Whether a name is that of a part.</summary>
    public static bool IsShard(string name) => MarkAt(name) >= 0;

    /// <summary>The name of the index that belongs to a part.</summary>
    /// <param name="name">The name of the part.</param>
    public static string IndexOf(string name)
    {
        int mark = MarkAt(name);
        return $"{name[..mark]}{name[(mark + MarkLength)..]}.index.json";
    }

    /// <summary>What to load instead of a file whose name is that of a part; otherwise <see langword="null"/>.</summary>
    /// <param name="path">The path of the file.</param>
    public static string? Advice(string? path)
    {
        string name = Path.GetFileName(path) ?? "";
        int mark = MarkAt(name);
        return mark < 0
            ? null
            : $"By its name the file is part {name.AsSpan(mark + 1, Digits).TrimStart('0')} of {name.AsSpan(mark + MarkLength - Digits, Digits).TrimStart('0')} of a checkpoint: "
                + $"load {CheckpointException.Quote(IndexOf(name))} or the folder that holds all of them.";
    }

    /// <summary>Where the mark begins, directly before the ending; -1 when there is none.</summary>
    private static int MarkAt(string name)
    {
        int mark = name.LastIndexOf('.') - MarkLength;
        return mark > 0
            && name[mark] == '-'
            && name.AsSpan(mark + 1, Digits).IndexOfAnyExceptInRange('0', '9') < 0
            && name.AsSpan(mark + 1 + Digits, Of.Length).SequenceEqual(Of)
            && name.AsSpan(mark + MarkLength - Digits, Digits).IndexOfAnyExceptInRange('0', '9') < 0
                ? mark
                : -1;
    }
}

namespace KernelGen.Tool.Folders;

/// <summary>The two ends of a file. Checkpoints have there what tells one from another without reading gigabytes: the header of a safetensors file, the checksums of a zip archive.</summary>
internal static class FileEnds
{
    private const int Length = 1 << 16;

    /// <summary>Reads both ends; all of a short file.</summary>
    public static ReadOnlySpan<byte> Of(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] ends = new byte[Math.Min(file.Length, 2 * Length)];
        int first = Math.Min(ends.Length, Length);
        file.ReadExactly(ends, 0, first);
        file.Seek(-(ends.Length - first), SeekOrigin.End);
        file.ReadExactly(ends, first, ends.Length - first);
        return ends;
    }
}

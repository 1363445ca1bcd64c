namespace KernelGen.Text;

/// <summary>Reads a vocabulary or model as a whole, and names it in errors.</summary>
internal static class FileContents
{
    /// <summary>How errors name something that was not read from a file.</summary>
    public const string Unnamed = "The data";

    /// <summary>How errors name a file.</summary>
    public static string Name(string path) => $"The file '{path}'";

    /// <summary>Reads what is left of a stream.</summary>
    public static byte[] Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.CanSeek && stream.Length - stream.Position is > 0 and <= int.MaxValue and long length)
        {
            byte[] contents = new byte[length];
            stream.ReadExactly(contents);
            return contents;
        }

        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}

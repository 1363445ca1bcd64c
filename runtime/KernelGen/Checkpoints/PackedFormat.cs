namespace KernelGen.Checkpoints;

/// <summary>How a packed file begins; what follows is for <c>Packing</c> to read.</summary>
internal static class PackedFormat
{
    /// <summary>
    /// The format's own first bytes. The first four cannot begin a safetensors file: its header would be too long. The line ends and the 0x1A do not survive a
    /// transfer as text.
    /// </summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'K', (byte)'G', (byte)'P', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Whether these bytes begin a packed file, though perhaps a damaged one.</summary>
    public static bool Begins(ReadOnlySpan<byte> file) => file.StartsWith(Magic[..4]);
}

using System.Runtime.InteropServices;
using System.Text;

namespace KernelGen;

/// <summary>
/// Refuses, before it is opened, what a path names and is no regular file: opening a named pipe waits for somebody who writes to it, and a device may have no end.
/// Compiled into each assembly that opens files.
/// </summary>
internal static class RegularFile
{
    private const int CurrentFolder = -100;
    private const uint TypeMask = 1;
    private const int ModeOffset = 28;
    private const int StatusLength = 256;

    /// <summary>Refuses a folder, and on Linux also what is neither a regular file nor a link to one. Whether a file is there at all is left to who opens it.</summary>
    /// <param name="path">The path.</param>
    /// <param name="source">What stands at the path, to begin a message.</param>
    /// <exception cref="IOException">It is no regular file.</exception>
    public static void Check(string path, string source)
    {
        string? kind = Directory.Exists(path) ? "a folder" : OperatingSystem.IsLinux() ? OtherKind(path) : null;
        if (kind != null)
        {
            throw new IOException(
                $"{source} is {kind}; expected a regular file. " + (kind == "a folder" ? "Give the path of the file in it." : "Open it yourself, and give the stream."));
        }
    }

    private static string? OtherKind(string path)
    {
        // The layout of this structure is the same on every architecture, other than that of stat.
        byte[] status = new byte[StatusLength];
        try
        {
            if (Status(CurrentFolder, [.. Encoding.UTF8.GetBytes(path), 0], 0, TypeMask, status) != 0)
            {
                return null;
            }
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // A Linux whose C library is older than the call, or has another name.
            return null;
        }

        return (BitConverter.ToUInt16(status, ModeOffset) & 0xF000) switch
        {
            0x1000 => "a named pipe",
            0x2000 => "a character device",
            0x6000 => "a block device",
            0xC000 => "a socket",
            _ => null,
        };
    }

    [DllImport("libc", EntryPoint = "statx", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Status(int folder, byte[] path, int flags, uint mask, byte[] status);
}

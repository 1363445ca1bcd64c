namespace KernelGen.Fuzzing.Tests;

/// <summary>A file that is deleted at the end of a test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(params ReadOnlySpan<byte> contents) => File.WriteAllBytes(Path, contents);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"kernelgen-{Guid.NewGuid():N}");

    /// <summary>A file that is long and takes no room; the test is skipped where there are no such files.</summary>
    /// <param name="length">The length.</param>
    /// <param name="beginning">The first bytes; all others are zero.</param>
    public static TemporaryFile Sparse(long length, params ReadOnlySpan<byte> beginning)
    {
        // Windows gives files their room.
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files with holes need a Unix file system.");
        var file = new TemporaryFile(beginning);
        try
        {
            long free = FreeBytes();
            using (var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Write))
            {
                stream.SetLength(length);
            }

            Assert.SkipWhen(free - FreeBytes() > length / 2, "The file system of temporary files has no files with holes.");
            return file;
        }
        catch (IOException exception)
        {
            file.Dispose();
            Assert.Skip($"The file system of temporary files cannot hold {length} bytes: {exception.Message}");
            throw;
        }
        catch
        {
            file.Dispose();
            throw;
        }

        static long FreeBytes() => new DriveInfo(System.IO.Path.GetTempPath()).AvailableFreeSpace;
    }

    public void Dispose() => File.Delete(Path);
}

namespace KernelGen.Audio.Tests;

/// <summary>A file that is there for one test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string extension, params ReadOnlySpan<byte> contents)
    {
        Path += extension;
        File.WriteAllBytes(Path, contents);
    }

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"kernelgen-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(Path);
}

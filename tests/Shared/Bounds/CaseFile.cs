using System.IO.MemoryMappedFiles;
using System.Text;

namespace KernelGen.Tests.Bounds;

/// <summary>A small file, mapped into memory, with the last text that was written.</summary>
internal sealed class CaseFile : IDisposable
{
    private const int Capacity = 1 << 10;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte[] _text = new byte[Capacity];

    public CaseFile(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, mapName: null, Capacity);
        _view = _file.CreateViewAccessor();
    }

    public static string Read(string path) => Encoding.UTF8.GetString(File.ReadAllBytes(path)).TrimEnd('\0');

    public void Write(string text)
    {
        Array.Clear(_text);
        Encoding.UTF8.GetBytes(text.AsSpan()[..Math.Min(text.Length, Capacity / 4)], _text);
        _view.WriteArray(0, _text, 0, Capacity);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}

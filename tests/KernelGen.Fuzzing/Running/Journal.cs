using System.Text;
using Microsoft.Win32.SafeHandles;

namespace KernelGen.Fuzzing.Running;

/// <summary>Which file is being read, on disk: a process that a file ends cannot say it any more.</summary>
internal sealed class Journal : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly byte[] _line = new byte[128];

    public Journal(string path) => _file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);

    /// <summary>The arguments that replay the file that a journal was left at.</summary>
    public static string Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }

    /// <summary>Notes what is read next.</summary>
    public void Note(string target, int seed, long index)
    {
        Array.Fill(_line, (byte)' ');
        Encoding.ASCII.GetBytes(Arguments(target, seed, index), _line);
        RandomAccess.Write(_file, _line, 0);
    }

    /// <summary>The arguments that replay one file.</summary>
    public static string Arguments(string target, int seed, long index) => $"replay {target} --seed {seed} --index {index}";

    public void Dispose() => _file.Dispose();
}

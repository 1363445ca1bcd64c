using KernelGen.Samples.Transcribe.Models;

namespace KernelGen.Samples.Tests;

/// <summary>
/// A folder with a <see cref="ScriptedWhisper"/> of tiny's shape, for the tests of a class; also one for <c>check.sh</c>: where the environment variable
/// <c>KERNELGEN_SCRIPTED_WHISPER</c> names a folder, it is left there.
/// </summary>
public sealed class ScriptedWhisperFolder : IDisposable
{
    private readonly bool _isLeft;

    public ScriptedWhisperFolder()
    {
        string? asked = Environment.GetEnvironmentVariable("KERNELGEN_SCRIPTED_WHISPER");
        _isLeft = !string.IsNullOrEmpty(asked);
        Path = _isLeft ? Directory.CreateDirectory(asked!).FullName : Directory.CreateTempSubdirectory().FullName;
        ScriptedWhisper.Write(Path, (WhisperDimensions)DeclaredModel.All[0].Dimensions);
    }

    public string Path { get; }

    public void Dispose()
    {
        if (!_isLeft)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}

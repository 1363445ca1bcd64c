using KernelGen.Audio;
using KernelGen.Samples.Tests;
using KernelGen.Samples.Transcribe.Models;
using KernelGen.Samples.TranscribeWeb.Tests;

[assembly: AssemblyFixture(typeof(LoadedModel))]

namespace KernelGen.Samples.TranscribeWeb.Tests;

/// <summary>The model that says <c>Hello world.</c> of every sound, loaded once for all tests.</summary>
public sealed class LoadedModel : IDisposable
{
    private readonly ScriptedWhisperFolder _folder = new();

    public LoadedModel() => Speech = DeclaredModel.All[0].Open(_folder.Path, null, null);

    public string Folder => _folder.Path;

    internal SpeechToText Speech { get; }

    public void Dispose()
    {
        Speech.Dispose();
        _folder.Dispose();
    }
}

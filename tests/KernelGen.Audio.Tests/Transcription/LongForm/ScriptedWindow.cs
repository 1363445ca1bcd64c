namespace KernelGen.Audio.Tests;

/// <summary>A window of which it is known where it begins.</summary>
internal sealed record ScriptedWindow(int FirstFrame, int Frames) : IEncodedWindow
{
    public void Dispose()
    {
        // Nothing is held.
    }
}

namespace KernelGen.Audio.Tests;

/// <summary>What <see cref="ReferenceWhisper"/> keeps of a window: the encoder's output, and the keys and values that each decoder layer makes of it.</summary>
internal sealed record ReferenceWindow(float[] Memory, float[][] Keys, float[][] Values) : IEncodedWindow
{
    public void Dispose()
    {
        // Kept for the next test that hears the same window.
    }
}

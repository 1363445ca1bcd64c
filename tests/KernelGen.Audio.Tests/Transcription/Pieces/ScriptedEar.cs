namespace KernelGen.Audio.Tests;

/// <summary>A model that reads samples, and says what a test tells it to.</summary>
internal sealed class ScriptedEar(Func<WindowRequest, DecodingSearch, DecodedWindow> decode) : ISoundModel
{
    /// <summary>The samples of each piece that was encoded.</summary>
    public List<float[]> Pieces { get; } = [];

    public List<(WindowRequest Request, DecodingSearch Search)> Decodes { get; } = [];

    public IEncodedWindow Encode(ReadOnlySpan<float> frames, ModelCall call)
    {
        Pieces.Add(frames.ToArray());
        return new ScriptedWindow(0, frames.Length);
    }

    public DecodedWindow[] Decode(ReadOnlySpan<WindowRequest> requests, DecodingSearch search, ModelCall call)
    {
        var decoded = new DecodedWindow[requests.Length];
        for (int i = 0; i < requests.Length; i++)
        {
            Decodes.Add((requests[i], search));
            decoded[i] = decode(requests[i], search);
        }

        return decoded;
    }
}

namespace KernelGen.Extensions.Hosting;

/// <summary>Runs each part of a model once, so that what is compiled or read from a file when it is first used is there for the first request.</summary>
internal static class WarmUp
{
    /// <summary>Two tokens: the second one finds a cache of the first.</summary>
    private static readonly GenerationOptions Options = new() { MaxLength = 2, ParallelGreedy = false };

    /// <summary>Generates for the shortest source that there is.</summary>
    public static void Run(EncoderDecoder model) => model.Generate([model.EndToken], Options);

    /// <summary>Encodes the shortest silence that there is, and generates for it.</summary>
    public static void Run(SpeechModel model)
    {
        using EncodedSpeech silence = model.Encode(new float[model.MinFrames * model.Channels]);
        silence.Generate(Options);
    }
}

using KernelGen.Benchmarks.Measuring;

namespace KernelGen.Tool.Measuring;

/// <summary>Random sounds: the same for the same model, so that measurements can be compared.</summary>
internal static class RandomSounds
{
    /// <summary>The longest sound is an eighth of what the model takes.</summary>
    private const int PartOfMost = 8;

    /// <summary>Sounds of several lengths.</summary>
    /// <param name="model">The model.</param>
    /// <param name="count">How many.</param>
    public static float[][] Create(SpeechModel model, int count)
    {
        int most = Math.Max(model.MinFrames, model.MaxFrames / PartOfMost);
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => Noise.Create(random, random.Next(model.MinFrames, most + 1) * model.Channels))];
    }

    /// <summary>A sound of so many frames.</summary>
    /// <param name="model">The model.</param>
    /// <param name="frames">The number of frames.</param>
    public static float[] OfFrames(SpeechModel model, int frames) => Noise.Create(new Random(1), frames * model.Channels);
}

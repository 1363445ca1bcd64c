using System.Collections.Immutable;

namespace KernelGen.Audio.Tests;

/// <summary>
/// A model that reads samples, understands <see cref="ToneSpeech"/>, and writes no times: the word with the tone of number 2 is token 5, <c> w5</c>. A word that is cut at an edge of the sound is misheard as
/// <see cref="Misheard"/>.
/// </summary>
internal sealed class ToneEar : ISoundModel
{
    public const string Misheard = " w40";

    private const int Step = ToneSpeech.Rate / 100;
    private const int FirstToken = 3;
    private const int ShortestSteps = 5;
    private const int WholeSteps = 30;

    /// <summary>The samples of the longest sound that was heard.</summary>
    public int Longest { get; private set; }

    /// <summary>How many passes there were.</summary>
    public int Passes { get; private set; }

    /// <summary>The text of words of a speech.</summary>
    public static string TextOf(IEnumerable<int> words) => string.Concat(words.Select(static word => $" w{word + FirstToken}"));

    public IEncodedWindow Encode(ReadOnlySpan<float> frames, ModelCall call)
    {
        Passes++;
        Longest = Math.Max(Longest, frames.Length);
        var tokens = ImmutableArray.CreateBuilder<int>();
        int begun = -1;
        for (int step = 0; step <= frames.Length / Step; step++)
        {
            bool isLoud = step < frames.Length / Step && Loudest(frames.Slice(step * Step, Step)) > 0.1f;
            if (isLoud)
            {
                begun = begun < 0 ? step : begun;
                continue;
            }

            if (begun >= 0 && step - begun >= ShortestSteps)
            {
                tokens.Add(step - begun < WholeSteps ? 40 : FirstToken + WordOf(frames[(begun * Step)..(step * Step)]));
            }

            begun = -1;
        }

        return new Heard(tokens.ToImmutable());
    }

    public DecodedWindow[] Decode(ReadOnlySpan<WindowRequest> requests, DecodingSearch search, ModelCall call)
    {
        call.Cancellation.ThrowIfCancellationRequested();
        var decoded = new DecodedWindow[requests.Length];
        for (int i = 0; i < requests.Length; i++)
        {
            decoded[i] = new DecodedWindow([.. ((Heard)requests[i].Window).Tokens.Take(requests[i].MaximumTokens)], -0.1, 0);
        }

        return decoded;
    }

    private static float Loudest(ReadOnlySpan<float> samples)
    {
        float loudest = 0;
        foreach (float sample in samples)
        {
            loudest = Math.Max(loudest, Math.Abs(sample));
        }

        return loudest;
    }

    /// <summary>The word whose tone changes its sign as often.</summary>
    private static int WordOf(ReadOnlySpan<float> samples)
    {
        int changes = 0;
        for (int i = 1; i < samples.Length; i++)
        {
            changes += samples[i] < 0 != samples[i - 1] < 0 ? 1 : 0;
        }

        double frequency = changes * (double)ToneSpeech.Rate / (2 * samples.Length);
        return Enumerable.Range(0, ToneSpeech.Words.Length).MinBy(word => Math.Abs(ToneSpeech.Frequency(word) - frequency));
    }

    private sealed record Heard(ImmutableArray<int> Tokens) : IEncodedWindow
    {
        public void Dispose()
        {
            // Nothing is held.
        }
    }
}

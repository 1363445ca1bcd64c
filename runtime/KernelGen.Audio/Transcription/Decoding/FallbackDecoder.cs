namespace KernelGen.Audio;

/// <summary>Writes the text of parts of a sound, and again at another temperature where it is not good enough.</summary>
/// <param name="model">The model.</param>
/// <param name="options">The options, checked.</param>
/// <param name="endToken">The token that ends a target.</param>
/// <param name="noSpeechToken">The token whose probability says that there is no speech, where the model has one.</param>
/// <param name="textOf">Writes tokens as text.</param>
internal sealed class FallbackDecoder(ISoundModel model, TranscriptionOptions options, int endToken, int? noSpeechToken, Func<ReadOnlySpan<int>, string> textOf)
{
    private readonly ulong _seed = (ulong)(options.Seed ?? Random.Shared.NextInt64());

    /// <summary>What the random numbers of a part follow from.</summary>
    /// <param name="place">Where it begins.</param>
    public ulong RandomKey(long place) => Mix(_seed + Mix((ulong)place));

    /// <summary>Decodes parts together, and again those whose text is not good enough.</summary>
    /// <param name="requests">The parts.</param>
    /// <param name="call">How to work.</param>
    /// <returns>The text of each, in their order.</returns>
    public WindowText[] Decode(ReadOnlySpan<WindowRequest> requests, ModelCall call)
    {
        var texts = new WindowText?[requests.Length];
        int[] open = [.. Enumerable.Range(0, requests.Length)];
        foreach (double temperature in options.Temperatures)
        {
            var again = new WindowRequest[open.Length];
            for (int i = 0; i < open.Length; i++)
            {
                // Whether there is speech does not depend on the temperature.
                again[i] = requests[open[i]] with { NoSpeechProbability = texts[open[i]]?.NoSpeechProbability };
            }

            DecodedWindow[] decoded = model.Decode(again, Search(temperature), call);
            for (int i = 0; i < open.Length; i++)
            {
                texts[open[i]] = Text(decoded[i], temperature);
            }

            open = [.. open.Where(part => NeedsAnotherTemperature(texts[part]!))];
            if (open.Length == 0)
            {
                break;
            }
        }

        return texts!;
    }

    /// <summary>Whether there is no speech in a part, whatever was written for it.</summary>
    public bool IsSilent(WindowText text) =>
        text.NoSpeechProbability > options.NoSpeechThreshold && !(text.AverageLogProbability > options.LogProbabilityThreshold);

    private DecodingSearch Search(double temperature) => new()
    {
        EndToken = endToken,
        NoSpeechToken = noSpeechToken,
        Temperature = temperature,
        BeamSize = temperature > 0 ? 1 : options.BeamSize,
        SampleCount = temperature > 0 ? options.BestOf : 1,
        Patience = options.Patience,
        LengthPenalty = options.LengthPenalty,
    };

    private WindowText Text(DecodedWindow decoded, double temperature)
    {
        string text = textOf(decoded.Tokens.AsSpan()).Trim();
        return new WindowText(
            decoded.Tokens,
            text,
            temperature,
            decoded.LogProbability / (decoded.Tokens.Length + 1),
            decoded.NoSpeechProbability,
            CompressionRatio.Of(text));
    }

    private bool NeedsAnotherTemperature(WindowText text)
    {
        bool isUnsure = text.AverageLogProbability < options.LogProbabilityThreshold;
        bool isSilent = isUnsure && text.NoSpeechProbability > options.NoSpeechThreshold;
        return !isSilent && (isUnsure || text.CompressionRatio > options.CompressionRatioThreshold);
    }

    /// <summary>Spreads the bits of a number (SplitMix64, Steele, Lea and Flood 2014).</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E37_79B9_7F4A_7C15;
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}

namespace KernelGen.Audio.Tests;

/// <summary>
/// A model that understands <see cref="ToneSpeech"/>, and mishears as real ones do: a word that is cut at an edge of the sound is another one, <c> ugh</c>.
/// </summary>
internal sealed class ToneModel : IWindowModel
{
    public const string Misheard = " ugh";

    private const int Ugh = 38560;
    private const int FullStop = 13;
    private const int ShortestFrames = 5;
    private const int WholeFrames = 30;
    private static readonly int[] WordTokens = [264, 295, 390, 1151, 1413, 1697, 1969, 2962, 5324, 5418];
    private static readonly LogMelSpectrogram Spectrogram = new(80);
    private static readonly int[] Bins = [.. Enumerable.Range(0, WordTokens.Length).Select(BinOf)];
    private static readonly WhisperTokens Tokens = SpeechGoldens.Pieces;

    private readonly List<string> _prompts = [];

    public WindowShape Shape { get; } = new(80, 3000, 1500, 448, 51865, 2, 1);

    /// <summary>What is done at the beginning of each pass.</summary>
    public Action<CancellationToken>? OnPass { get; init; }

    /// <summary>How many passes there were.</summary>
    public int Passes { get; private set; }

    /// <summary>What stood before the text of each pass.</summary>
    public IReadOnlyList<string> Prompts => _prompts;

    /// <summary>Transcribes live sound with this model.</summary>
    public async Task<List<LiveTranscript>> HearAsync(
        IAsyncEnumerable<ReadOnlyMemory<float>> audio, LiveTranscriptionOptions? live = null, TranscriptionOptions? options = null, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        var updates = new List<LiveTranscript>();
        await foreach (LiveTranscript update in Begin(live, options, time).RunAsync(audio, cancellation))
        {
            updates.Add(update);
        }

        return updates;
    }

    /// <summary>Begins to transcribe a live sound; unless told otherwise the text follows from the sound alone.</summary>
    public LiveTranscription Begin(LiveTranscriptionOptions? live = null, TranscriptionOptions? options = null, TimeProvider? time = null)
    {
        options ??= new TranscriptionOptions { Language = "en" };
        live ??= new LiveTranscriptionOptions { KeepsUp = false };
        live.Check(TimeSpan.FromSeconds(30));
        var transcriber = new WindowTranscriber(this, Tokens);
        return new LiveTranscription(
            new LivePass(transcriber, Spectrogram, Shape.Frames, options), options, live, transcriber.Check(options), TimeSpan.FromSeconds(30), time ?? TimeProvider.System);
    }

    public IEncodedWindow Encode(ReadOnlySpan<float> logMel, ModelCall call)
    {
        Passes++;
        OnPass?.Invoke(call.Cancellation);
        call.Cancellation.ThrowIfCancellationRequested();
        var runs = new List<Run>();
        int start = 0;
        int current = -1;
        for (int frame = 0; frame <= Shape.Frames; frame++)
        {
            int word = frame < Shape.Frames ? WordOf(logMel.Slice(frame * Shape.Bins, Shape.Bins)) : -1;
            if (word != current)
            {
                if (current >= 0 && frame - start >= ShortestFrames)
                {
                    runs.Add(new Run(frame - start >= WholeFrames ? current : -1, start, frame));
                }

                (start, current) = (frame, word);
            }
        }

        return new Heard(runs);
    }

    public DecodedWindow[] Decode(ReadOnlySpan<WindowRequest> requests, DecodingSearch search, ModelCall call)
    {
        var decoded = new DecodedWindow[requests.Length];
        for (int i = 0; i < requests.Length; i++)
        {
            WindowRequest request = requests[i];
            _prompts.Add(Tokens.Decode(request.Prompt.AsSpan()[..request.StartOfTranscript]));
            List<Run> runs = ((Heard)request.Window).Runs;
            decoded[i] = new DecodedWindow(
                runs.Count == 0 ? [] : [Timestamp(runs[0].Start), .. runs.SelectMany(TextOf), Timestamp(runs[^1].End)], 0, runs.Count == 0 ? 0.9 : 0);
        }

        return decoded;
    }

    public void ComputeLogits(IEncodedWindow window, ReadOnlySpan<int> tokens, Span<float> logits, ModelCall call)
    {
        // German where the first word is heard whole, French otherwise.
        logits.Clear();
        logits[((Heard)window).Runs is [{ Word: >= 0 }, ..] ? 50261 : 50265] = 3;
    }

    public WindowAlignment Align(IEncodedWindow window, AlignmentRequest request, ModelCall call)
    {
        // The row of a token is that of the step in which the next one is chosen.
        float[] attention = new float[request.Heads.Length * request.Tokens.Length * Shape.Positions];
        List<Run> runs = ((Heard)window).Runs;
        int row = request.FirstText - 1;
        foreach (Run run in runs)
        {
            Look(row++, run.Start, run.End);
            if (TextOf(run).Length > 1)
            {
                // A full stop is where nothing is said any more.
                Look(row++, run.End, run.End + 10);
            }
        }

        if (runs.Count > 0)
        {
            // Also where the sound ends with the last word, there is something to look at.
            Look(row, runs[^1].End - 10, runs[^1].End + 10);
        }

        float[] probabilities = new float[request.Tokens.Length - 1 - request.FirstText];
        Array.Fill(probabilities, 0.9f);
        return new WindowAlignment(attention, probabilities);

        void Look(int token, int startFrame, int endFrame)
        {
            for (int head = 0; head < request.Heads.Length; head++)
            {
                int first = (head * request.Tokens.Length) + token;
                int start = Math.Min(startFrame / 2, Shape.Positions - 1);
                int end = Math.Clamp(endFrame / 2, start + 1, Shape.Positions);
                attention.AsSpan((first * Shape.Positions) + start, end - start).Fill(1f / (end - start));
            }
        }
    }

    private static int BinOf(int word)
    {
        float[] tone = new float[1600];
        for (int i = 0; i < tone.Length; i++)
        {
            tone[i] = (float)(0.3 * Math.Sin(2 * Math.PI * ToneSpeech.Frequency(word) * i / ToneSpeech.Rate));
        }

        return Loudest(Spectrogram.Compute(tone).AsSpan(5 * 80, 80));
    }

    private static int Loudest(ReadOnlySpan<float> bins)
    {
        int loudest = 0;
        for (int bin = 1; bin < bins.Length; bin++)
        {
            loudest = bins[bin] > bins[loudest] ? bin : loudest;
        }

        return loudest;
    }

    private static int WordOf(ReadOnlySpan<float> bins)
    {
        int loudest = Loudest(bins);
        return bins[loudest] > 0.75 ? Array.IndexOf(Bins, loudest) : -1;
    }

    private static int[] TextOf(Run run) => run.Word < 0 ? [Ugh] : run.Word >= 8 ? [WordTokens[run.Word], FullStop] : [WordTokens[run.Word]];

    private static int Timestamp(int frame) => Tokens.FirstTimestamp + (frame / 2);

    private readonly record struct Run(int Word, int Start, int End);

    private sealed record Heard(List<Run> Runs) : IEncodedWindow
    {
        public void Dispose()
        {
            // Nothing is held.
        }
    }
}

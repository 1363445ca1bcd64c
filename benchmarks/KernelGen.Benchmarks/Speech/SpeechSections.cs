using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Peers;
using KernelGen.Benchmarks.Report;
using KernelGen.Benchmarks.Roofline;

namespace KernelGen.Benchmarks.Speech;

/// <summary>Models of speech: their encoder and their decoder beside ONNX Runtime and whisper.cpp, on the same random weights, in turns in one process.</summary>
internal static class SpeechSections
{
    private static readonly Column[] NameColumns = [new("model", IsText: true), new("threads"), new("weights", IsText: true)];

    private static readonly Column[] PeerColumns =
    [
        new("ONNX Runtime, median"),
        new("times faster"),
        new("whisper.cpp float16, median"),
        new("times faster"),
    ];

    private static readonly Column[] EncodingColumns =
    [
        .. NameColumns,
        new("KernelGen, least ms"),
        new("median"),
        new("of this core's arithmetic"),
        .. PeerColumns,
        new("of two calls at once"),
        new("other load"),
    ];

    private static readonly Column[] RuledColumns = [.. NameColumns, new("KernelGen, median ms"), new("of memory's bandwidth"), .. PeerColumns, new("other load")];

    private static readonly Column[] GreedyColumns = [.. NameColumns, new("KernelGen, median ms"), .. PeerColumns, new("tokens as KernelGen float32", IsText: true), new("other load")];

    private static readonly Column[] SampleColumns =
        [.. NameColumns, new("seconds of audio"), new("encoder, median ms"), new("decoding 6 tokens a second, median"), new("both, ms a second of audio"), new("other load")];

    /// <summary>What the table of the most probable tokens says of itself.</summary>
    private const string GreedyNote = "Token by token, found in a smaller copy of the output projection first. The others compute all logits and take the highest.";

    /// <summary>The lengths of audio that Moonshine hears.</summary>
    private static readonly int[] AudioSeconds = [5, 10, 30];

    /// <summary>The tokens that speech has at most, a second.</summary>
    private const int TokensPerSecond = 6;

    /// <summary>Measures.</summary>
    /// <param name="selection">What.</param>
    /// <param name="graphs">The folder with the graphs of ONNX Runtime.</param>
    /// <param name="isSameWork">Whether float32 contenders found the same tokens.</param>
    public static IReadOnlyList<Section> Measure(SpeechSelection selection, string graphs, out bool isSameWork)
    {
        using var machine = new MachineLimits(selection.InstructionSet, Math.Min(0.3, selection.Seconds));
        var run = new SpeechRun(selection, graphs, machine);
        var results = new List<SpeechResult>();
        List<string[]> samples = [];
        List<double?> loads = [];
        foreach (SpeechCase speech in selection.Cases)
        {
            using var prepared = new PreparedSpeech(speech);
            foreach (int threads in selection.Threads)
            {
                Console.Error.WriteLine($"measuring {speech.Name}, {threads} threads");
                if (!speech.ReadsSamples)
                {
                    results.Add(run.Measure(prepared, threads));
                    continue;
                }

                foreach (WeightPrecision precision in selection.Precisions)
                {
                    samples.AddRange(SampleRows(selection, prepared, threads, precision, loads));
                }
            }
        }

        // In float32 the same tokens are found, but for one that is chosen between two that are almost equal, and what follows it.
        isSameWork = results.TrueForAll(static result => result.OnnxRuntime is null || result.OnnxRuntime.SameTokens > SpeechCase.TargetLength / 2);
        loads.AddRange(results.Select(static result => result.OtherLoad));
        string load = OtherLoad.Note(loads);
        List<Section> sections = [];
        if (results.Count > 0)
        {
            sections.Add(new Section("Whisper: the encoder of 30 seconds", [.. CommonNotes(selection, results, graphs), .. EncodingNotes(results), load], EncodingColumns, [.. results.SelectMany(EncodingRows)]));
            sections.Add(new Section($"Whisper: decoding {SpeechCase.TargetLength} tokens with rules", [.. RuledNotes(results), load], RuledColumns, [.. results.SelectMany(RuledRows)]));
            sections.Add(new Section($"Whisper: decoding {SpeechCase.TargetLength} tokens, the most probable", [GreedyNote, load], GreedyColumns, [.. results.SelectMany(GreedyRows)]));
        }

        if (samples.Count > 0)
        {
            sections.Add(new Section("Moonshine: time of audio of several lengths", [$"{SpeechCase.Moonshine.Name}: {SpeechCase.Moonshine.Dimensions}. Lengths take turns. Its time grows with the audio, attention alone with its square.", load], SampleColumns, samples));
        }

        return sections;
    }

    private static IEnumerable<string[]> SampleRows(SpeechSelection selection, PreparedSpeech prepared, int threads, WeightPrecision precision, List<double?> loads)
    {
        using SpeechModel model = prepared.Case.Load(prepared.Checkpoint, new ModelLoadOptions { InstructionSet = selection.InstructionSet, Precision = precision });
        var options = new SpeechEncodingOptions { Threads = threads };
        float[][] audio = [.. AudioSeconds.Select(SpeechCase.Samples)];
        GenerationOptions Tokens(int seconds) => new() { MaxLength = TokensPerSecond * seconds, Threads = threads, ParallelGreedy = false };
        EncodedSpeech[] encoded = [.. audio.Select(samples => model.Encode(samples, options))];
        var load = OtherLoad.Watch();
        Times[] times = Timing.LongInTurns(
            [
                .. audio.Select(samples => (Action)(() => model.Encode(samples, options).Dispose())),
                .. encoded.Zip(AudioSeconds, (speech, seconds) => (Action)(() => speech.Generate(Tokens(seconds)))),
            ],
            selection.Seconds);
        double? others = load.Percent();
        loads.Add(others);
        Array.ForEach(encoded, static speech => speech.Dispose());
        for (int i = 0; i < AudioSeconds.Length; i++)
        {
            double encoding = times[i].Median, decoding = times[AudioSeconds.Length + i].Median;
            yield return
            [
                prepared.Case.Name, Cells.Number(threads, 0), precision.Name(), Cells.Number(AudioSeconds[i], 0), Cells.Milliseconds(encoding), Cells.Milliseconds(decoding),
                Cells.Milliseconds((encoding + decoding) / AudioSeconds[i]), OtherLoad.Words(others),
            ];
        }
    }

    private static List<string> CommonNotes(SpeechSelection selection, List<SpeechResult> results, string graphs) =>
    [
        .. results.Select(static result => result.Case).Distinct().Select(static speech => $"{speech.Name}: {speech.Dimensions} (width/heads/feed-forward/layers/vocabulary), random weights, seed {SpeechCase.Seed}"),
        $"KernelGen with {selection.InstructionSet}. Each contender {selection.Seconds:0.##} s, in turns in one process, every other turn backwards. \"Times faster\" compares medians.",
        results.Exists(static result => result.OnnxRuntime is not null)
            ? $"ONNX Runtime {OnnxRuntimePeer.Version}: graphs 'best' (float32, beside bfloat16, too) and 'i8mixp' (int8) of whisper-base; {OnnxRuntimePeer.CommonSettings}; as many intra-op threads."
            : $"ONNX Runtime was left out: there are no graphs of it in {graphs} (--shared names another folder).",
        results.Exists(static result => result.WhisperCpp is not null)
            ? $"whisper.cpp is the library in the package Whisper.net.Runtime, called through its C functions: {WhisperNative.Version}. Its file has the same weights in float16; flash attention, its default."
            : "whisper.cpp was left out: its library does not load here.",
    ];

    private static IEnumerable<string> EncodingNotes(List<SpeechResult> results) =>
    [
        "\"Of this core's arithmetic\": the multiplications and additions of convolutions, linear layers, attention, and the keys and values of the decoder, at the peak of float32 that was "
            + "measured in the same turns, times the threads. Softmax, norms and activations are not counted. "
            + string.Join("; ", results.Where(static result => result.Threads == 1).Select(static result => $"{result.Case.Name} takes {Cells.Milliseconds(result.Arithmetic)} ms at the peak")),
        "\"Of two calls at once\": the rate of one call with two threads, in percent of two calls at the same time with one thread each.",
    ];

    private static IEnumerable<string> RuledNotes(List<SpeechResult> results) =>
    [
        "Token by token, as a transcription decodes: rules see the logits of all tokens, and the log-probability of each token is kept; so the whole output projection is read. The others compute all logits and "
            + "take the highest.",
        "\"Of memory's bandwidth\": the bytes of weights and of keys and values of the source that one thread reads, in percent of what one core read of memory in the same turns: "
            + string.Join("; ", results.Select(static result => $"{result.Case.Name}, {result.Threads} threads: {result.BytesPerSecond / 1e9:F1} GB/s")),
    ];

    private static IEnumerable<string[]> EncodingRows(SpeechResult result) => result.KernelGen.Select((times, i) => (string[])
    [
        .. NameRow(result, times),
        .. Cells.Times(times.Encoding),
        times.Precision is WeightPrecision.Int8 or WeightPrecision.Int4 ? Cells.Nothing : Cells.Percent(result.Arithmetic / result.Threads / times.Encoding.Median),
        .. Beside(times.Encoding, result.OnnxRuntimeOf(times.Precision)?.Encoding),
        .. Beside(times.Encoding, result.WhisperCpp?.Encoding),
        i == 0 && result.TwoCalls is { } two ? Cells.Percent(two.Median / 2 / times.Encoding.Median) : Cells.Nothing,
        OtherLoad.Words(result.OtherLoad),
    ]);

    private static IEnumerable<string[]> RuledRows(SpeechResult result) => result.KernelGen.Select(times => (string[])
    [
        .. NameRow(result, times),
        Cells.Milliseconds(times.Ruled!.Value.Median),
        result.Threads > 1 ? Cells.Nothing : Cells.Percent(Bytes(result.Case, times.Precision) * SpeechCase.TargetLength / times.Ruled.Value.Median / result.BytesPerSecond),
        .. Beside(times.Ruled.Value, result.OnnxRuntimeOf(times.Precision)?.Decoding),
        .. Beside(times.Ruled.Value, result.WhisperCpp?.Decoding),
        OtherLoad.Words(result.OtherLoad),
    ]);

    private static IEnumerable<string[]> GreedyRows(SpeechResult result) => result.KernelGen.Select(times => (string[])
    [
        .. NameRow(result, times),
        Cells.Milliseconds(times.Decoding.Median),
        .. Beside(times.Decoding, result.OnnxRuntimeOf(times.Precision)?.Decoding),
        .. Beside(times.Decoding, result.WhisperCpp?.Decoding),
        Tokens(result, times),
        OtherLoad.Words(result.OtherLoad),
    ]);

    private static double Bytes(SpeechCase speech, WeightPrecision precision)
    {
        var costs = new ModelCosts(speech.Description, precision);
        return costs.DecodingBytes + costs.SourceCacheBytes(speech.Description.MaxSourceLength);
    }

    private static string[] NameRow(SpeechResult result, SpeechTimes times) => [result.Case.Name, Cells.Number(result.Threads, 0), times.Precision.Name()];

    private static string[] Beside(Times ours, Times? theirs) =>
        theirs is { } known ? [Cells.Milliseconds(known.Median), Cells.Number(known.Median / ours.Median, 2)] : [Cells.Nothing, Cells.Nothing];

    private static string Tokens(SpeechResult result, SpeechTimes times)
    {
        string words = $"{times.SameTokens} of {SpeechCase.TargetLength}";
        if (result.OnnxRuntimeOf(times.Precision) is { } onnxRuntime)
        {
            words += $"; ONNX Runtime {onnxRuntime.SameTokens}";
        }

        return result.WhisperCpp is { } whisperCpp ? words + $"; whisper.cpp {whisperCpp.SameTokens}" : words;
    }
}

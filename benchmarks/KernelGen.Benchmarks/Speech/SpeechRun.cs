using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Roofline;

namespace KernelGen.Benchmarks.Speech;

/// <summary>Runs the contenders of one Whisper in turns.</summary>
/// <param name="selection">What is measured.</param>
/// <param name="graphs">The folder with the graphs of ONNX Runtime, which is left out where there are none.</param>
/// <param name="machine">The limits of this machine.</param>
internal sealed class SpeechRun(SpeechSelection selection, string graphs, MachineLimits machine)
{
    /// <summary>What the limits are measured with, each time.</summary>
    private const double Flops = 1e10, Bytes = 1e9;

    public SpeechResult Measure(PreparedSpeech prepared, int threads)
    {
        SpeechCase speech = prepared.Case;
        float[] frames = speech.Frames();
        using var contenders = new Contenders();
        KernelGenSpeech LoadKernelGen(WeightPrecision precision, int threads) =>
            contenders.Add(new KernelGenSpeech(speech, prepared.Checkpoint, precision, selection.InstructionSet, frames, threads));
        ISpeechContender? LoadOnnxRuntime(WeightPrecision precision) => prepared.PrepareGraphs(graphs, batch: 1, precision) is { } folder
            ? contenders.Add(new OnnxRuntimeSpeech(folder, speech, frames, threads))
            : null;

        KernelGenSpeech[] ours = [.. selection.Precisions.Select(precision => LoadKernelGen(precision, threads))];
        ISpeechContender? onnxRuntime = LoadOnnxRuntime(WeightPrecision.Float32);
        ISpeechContender? onnxRuntimeInt8 = selection.Precisions.Contains(WeightPrecision.Int8) ? LoadOnnxRuntime(WeightPrecision.Int8) : null;
        ISpeechContender? whisperCpp = WhisperNative.IsPresent
            ? contenders.Add(new WhisperCppSpeech(prepared.PrepareGgml(), speech, frames, threads, usesFlashAttention: true))
            : null;
        KernelGenSpeech[] pair = threads == 2 ? [LoadKernelGen(selection.Precisions[0], 1), LoadKernelGen(selection.Precisions[0], 1)] : [];

        ISpeechContender[] all = [.. ours, .. new[] { onnxRuntime, onnxRuntimeInt8, whisperCpp }.OfType<ISpeechContender>()];
        Action[] limit = [() => machine.Compute(WeightPrecision.Float32, Flops)];
        Action[] together = pair.Length == 0 ? [] : [() => Parallel.ForEach(pair, static one => one.Encode())];
        var load = OtherLoad.Watch();
        Times[] encoding = Timing.LongInTurns([.. all.Select(static contender => (Action)contender.Encode), .. limit, .. together], selection.Seconds);
        Times[] decoding = Timing.LongInTurns(
            [
                .. all.Select(static contender => (Action)(() => contender.Decode())),
                .. ours.Select(static contender => (Action)(() => contender.DecodeWithRules())),
                () => machine.Read(double.MaxValue, Bytes),
            ],
            selection.Seconds);

        int[] expected = Expected(prepared, frames);
        SpeechTimes? Of(ISpeechContender? contender, WeightPrecision precision)
        {
            int place = Array.IndexOf(all, contender);
            Times? ruled = contender is KernelGenSpeech ? decoding[all.Length + Array.IndexOf(ours, contender)] : null;
            return place < 0 ? null : new SpeechTimes(precision, encoding[place], decoding[place], ruled, expected.AsSpan().CommonPrefixLength(contender!.Decode()));
        }

        double flops = new ModelCosts(speech.Description, WeightPrecision.Float32).Encoding(1, speech.Description.MaxSourceLength).Sum(static work => work.Flops);
        return new SpeechResult(
            speech,
            threads,
            [.. ours.Zip(selection.Precisions, (contender, precision) => Of(contender, precision)!)],
            Of(onnxRuntime, WeightPrecision.Float32),
            Of(onnxRuntimeInt8, WeightPrecision.Int8),
            Of(whisperCpp, WeightPrecision.Float32))
        {
            Arithmetic = flops / Flops * encoding[all.Length].Median,
            BytesPerSecond = Bytes / decoding[^1].Median,
            TwoCalls = pair.Length == 0 ? null : encoding[^1],
            OtherLoad = load.Percent(),
        };
    }

    /// <summary>The tokens of KernelGen in float32.</summary>
    private int[] Expected(PreparedSpeech prepared, float[] frames)
    {
        using var reference = new KernelGenSpeech(prepared.Case, prepared.Checkpoint, WeightPrecision.Float32, selection.InstructionSet, frames, threads: 1);
        reference.Encode();
        return reference.Decode();
    }

    /// <summary>Contenders that are disposed together.</summary>
    private sealed class Contenders : IDisposable
    {
        private readonly List<ISpeechContender> _all = [];

        public T Add<T>(T contender)
            where T : ISpeechContender
        {
            _all.Add(contender);
            return contender;
        }

        public void Dispose() => _all.ForEach(static contender => contender.Dispose());
    }
}

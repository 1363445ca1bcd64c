using System.Runtime.InteropServices;

namespace KernelGen.Benchmarks.Peers;

/// <summary>
/// KernelGen and ONNX Runtime on the same random weights, taking turns in one process: greedy search, one source at a time, one thread.
/// </summary>
internal static class PeersReport
{
    /// <summary>The variants of the ONNX graphs that are fastest for one source at a time.</summary>
    private const string Float32 = "best", Int8 = "i8mixp";

    /// <summary>How KernelGen generates.</summary>
    public static GenerationOptions Options { get; } = new() { MaxLength = PeerCase.TargetLength };

    /// <summary>Compares and prints.</summary>
    /// <param name="name">The only model to run, or <see langword="null"/>.</param>
    /// <param name="folder">The folder with the ONNX graphs.</param>
    /// <param name="seconds">How long to measure each column of each model.</param>
    /// <returns>The exit code: 1 when the libraries do not do the same work, otherwise 0, also when there are no graphs.</returns>
    public static int Print(string? name, string folder, double seconds)
    {
        if (!Directory.Exists(folder))
        {
            Console.WriteLine($"There is no folder {folder} with ONNX graphs (--peers names another): nothing to compare with.");
            return 0;
        }

        Console.WriteLine($"Whole models with random weights, greedy, one source at a time, one thread: {PeerCase.SourceLength} source tokens, {PeerCase.TargetLength} decoded tokens");
        Console.WriteLine($"  {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}, {Environment.ProcessorCount} processors");
        Console.WriteLine($"  KernelGen {typeof(EncoderDecoder).Assembly.GetName().Version?.ToString(3)}, float32; it has no int8 yet");
        Console.WriteLine($"  ONNX Runtime {OnnxRuntimePeer.Version}, graphs '{Float32}' (float32) and '{Int8}' (int8, so its tokens may differ): {OnnxRuntimePeer.Settings}");
        Console.WriteLine($"  {seconds:0.#} s for each column, in turns; times are of one sentence");
        var rows = new List<string>();
        bool isSameWork = true;
        foreach (PeerCase peer in PeerCase.All.Where(peer => name is null || peer.Name == name))
        {
            DirectoryInfo temporary = Directory.CreateTempSubdirectory("kernelgen-peers-");
            try
            {
                if (Row(peer, Path.Combine(folder, peer.Name), temporary.FullName, seconds) is string row)
                {
                    rows.Add(row);
                }
                else
                {
                    isSameWork = false;
                }
            }
            finally
            {
                temporary.Delete(recursive: true);
            }
        }

        if (rows.Count > 0)
        {
            Console.WriteLine();
            Console.WriteLine("ms per sentence  KernelGen float32  ONNX Runtime float32  KernelGen ÷ ONNX Runtime  KernelGen int8  ONNX Runtime int8");
            Console.WriteLine("                   minimum  median       minimum  median           minimum  median  minimum  median    minimum  median");
            rows.ForEach(Console.WriteLine);
        }

        return isSameWork ? 0 : 1;
    }

    /// <summary>A row of the table, or <see langword="null"/> when the libraries do not do the same work.</summary>
    private static string? Row(PeerCase peer, string graphs, string temporary, double seconds)
    {
        using EncoderDecoder model = Prepare(peer, graphs, temporary);
        using var float32 = new OnnxRuntimePeer(Path.Combine(temporary, Float32), peer);
        using var int8 = new OnnxRuntimePeer(Path.Combine(temporary, Int8), peer);
        Console.WriteLine();
        Console.WriteLine($"{peer.Name}, {peer.Dimensions}, seed {peer.Seed}, KernelGen with {model.InstructionSet}");
        int[] source = peer.Source();
        bool isSameWork = Compare(Float32, new TokenComparison(peer, model, float32, source), mustAgree: true);
        isSameWork &= Compare(Int8, new TokenComparison(peer, model, int8, source), mustAgree: false);
        if (!isSameWork)
        {
            return null;
        }

        (double Minimum, double Median)[] times = Timing.MeasureInTurns(
            [() => model.Generate(source, Options), () => float32.Generate(source), () => int8.Generate(source)],
            seconds);
        return $"{peer.Name,-16}{Milliseconds(times[0]),19}{Milliseconds(times[1]),22}"
            + $"{times[0].Minimum / times[1].Minimum,18:F2}{times[0].Median / times[1].Median,8:F2}{"-",9}{"-",8}{Milliseconds(times[2]),19}";
    }

    /// <summary>Writes the weights for both libraries, and the graphs beside theirs.</summary>
    /// <returns>The KernelGen model.</returns>
    private static EncoderDecoder Prepare(PeerCase peer, string graphs, string temporary)
    {
        var weights = new RandomWeights(peer);
        foreach (string variant in new[] { Float32, Int8 })
        {
            string from = Path.Combine(graphs, variant);
            string to = Directory.CreateDirectory(Path.Combine(temporary, variant)).FullName;
            foreach (string graph in new[] { "encoder.onnx", "decoder_step.onnx" })
            {
                File.Copy(Path.Combine(from, graph), Path.Combine(to, graph));
            }

            ExternalData.Write(Path.Combine(from, "external_data.tsv"), Path.Combine(to, "weights.bin"), weights, peer);
        }

        string safetensors = Path.Combine(temporary, "model.safetensors");
        WeightTensor embedding = weights["target_embedding.weight"];
        SafetensorsWriter.Write(safetensors, [.. weights.Tensors, embedding with { Name = "source_embedding.weight" }]);
        return peer.Load(safetensors);
    }

    /// <summary>Prints a comparison.</summary>
    /// <returns>Whether times may be compared.</returns>
    private static bool Compare(string variant, TokenComparison comparison, bool mustAgree)
    {
        if (comparison.MetEndToken)
        {
            Console.WriteLine($"  REFUSED: with these weights the end token comes within {PeerCase.TargetLength} tokens (graph '{variant}'). Choose another seed.");
            return false;
        }

        bool sameTokens = comparison.Agreeing == PeerCase.TargetLength;
        bool isSameWork = !mustAgree || ((sameTokens || comparison.IsTie) && comparison.LargestDifference <= TokenComparison.Tolerance);
        string tokens = sameTokens
            ? $"the same {PeerCase.TargetLength} tokens"
            : $"{comparison.Agreeing} tokens the same, then {(comparison.IsTie ? $"a tie within {TokenComparison.Tolerance:E0}" : "another")}";
        Console.WriteLine(
            $"  {(isSameWork ? "" : "NOT THE SAME MODEL: ")}graph '{variant}': {tokens} ({comparison.Distinct} distinct); "
            + $"logits differ by at most {comparison.LargestDifference:E1}, the two best are at least {comparison.SmallestMargin:E1} apart");
        return isSameWork;
    }

    private static string Milliseconds((double Minimum, double Median) times) => $"{times.Minimum * 1000:F2}{times.Median * 1000,8:F2}";
}

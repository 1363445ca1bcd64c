using System.Diagnostics;
using System.Runtime.InteropServices;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Peers;
using KernelGen.Benchmarks.Report;
using KernelGen.Checkpoints;
using KernelGen.Tests.Checkpoints.PyTorch;

namespace KernelGen.Benchmarks.Suites;

/// <summary>From a file to a first token: a safetensors and a PyTorch checkpoint, which are packed, beside a packed file, which is mapped; all in the page cache.</summary>
internal static class LoadingSection
{
    private const int Runs = 7;

    private static readonly GenerationOptions OneToken = new() { MaxLength = 1 };

    public static Section Measure(IReadOnlyList<ModelCase> cases)
    {
        var rows = new List<string[]>();
        var watch = OtherLoad.Watch();
        foreach (RandomCase random in RandomCase.All.Where(random => cases.Contains(random.Model)))
        {
            using var prepared = new PreparedCase(random);
            string packed = prepared.Checkpoint + ".packed";
            using (EncoderDecoder model = random.Model.Load(prepared.Checkpoint, null))
            {
                model.Save(packed);
            }

            string torch = prepared.Checkpoint + ".bin";
            WriteTorch(prepared.Checkpoint, torch);
            rows.Add([random.Model.Name, "safetensors", .. Row(random, prepared.Checkpoint)]);
            rows.Add([random.Model.Name, "pytorch_model.bin", .. Row(random, torch)]);
            rows.Add([random.Model.Name, "packed", .. Row(random, packed)]);
        }

        return new Section(
            "Loading",
            [$"Models with random weights, float32, files in the page cache; medians of {Runs} runs.", OtherLoad.Note([watch.Percent()])],
            [new("model", IsText: true), new("file", IsText: true), new("MB"), new("load, ms"), new("first token, ms"), new("and again, ms")],
            rows);
    }

    /// <summary>Writes the tensors of a safetensors file as <c>torch.save</c> does.</summary>
    private static void WriteTorch(string checkpoint, string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(checkpoint);
        File.WriteAllBytes(path, TorchFileBuilder.Write([.. file.Tensors.Values.Select(static tensor => new TorchEntry(tensor.Name, tensor.TypeName, tensor.Shape.ToArray(), Bytes(tensor)))]));
    }

    private static byte[] Bytes(TensorInfo tensor)
    {
        float[] values = new float[tensor.ByteLength / sizeof(float)];
        tensor.CopyTo(values);
        return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }

    private static string[] Row(RandomCase random, string path)
    {
        double[] load = new double[Runs], first = new double[Runs], second = new double[Runs];
        int[] source = random.Sources(1)[0];

        // The first run, in which the JIT compiles, is not counted.
        for (int i = -1; i < Runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using EncoderDecoder model = random.Model.Load(path, null);
            double loaded = Seconds(ref start);
            model.Generate(source, OneToken);
            double firstToken = Seconds(ref start);
            model.Generate(source, OneToken);
            if (i >= 0)
            {
                (load[i], first[i], second[i]) = (loaded, firstToken, Seconds(ref start));
            }
        }

        return [Cells.Number(new FileInfo(path).Length / 1e6, 0), Median(load), Median(first), Median(second)];
    }

    private static double Seconds(ref long start)
    {
        long end = Stopwatch.GetTimestamp();
        double elapsed = Stopwatch.GetElapsedTime(start, end).TotalSeconds;
        start = end;
        return elapsed;
    }

    private static string Median(double[] values)
    {
        Array.Sort(values);
        return Cells.Milliseconds(values[values.Length / 2]);
    }
}

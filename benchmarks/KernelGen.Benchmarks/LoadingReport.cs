using System.Diagnostics;
using KernelGen.Benchmarks.Peers;

namespace KernelGen.Benchmarks;

/// <summary>From a file to a first token: a safetensors checkpoint, which is packed, beside a packed file, which is mapped; both in the page cache.</summary>
internal static class LoadingReport
{
    private const int Runs = 7;

    public static void Print()
    {
        string folder = Directory.CreateTempSubdirectory("KernelGen.Benchmarks").FullName;
        try
        {
            Console.WriteLine($"Loading models with random weights, float32, files in the page cache; median of {Runs}, in ms");
            Console.WriteLine("                 file MB    load  first token, then again  ms per sentence");
            foreach (PeerCase peer in PeerCase.All)
            {
                string checkpoint = Path.Combine(folder, peer.Name + ".safetensors");
                string packed = Path.Combine(folder, peer.Name + ".packed");
                var weights = new RandomWeights(peer);
                SafetensorsWriter.Write(checkpoint, [.. weights.Tensors, weights["target_embedding.weight"] with { Name = "source_embedding.weight" }]);
                using (EncoderDecoder model = peer.Load(checkpoint))
                {
                    model.Save(packed);
                    Warm(model, peer);
                }

                Print(peer, "safetensors", checkpoint);
                Print(peer, "packed", packed);
                File.Delete(checkpoint);
                File.Delete(packed);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(PeerCase peer, string what, string path)
    {
        double[] load = new double[Runs];
        double[] first = new double[Runs];
        double[] second = new double[Runs];
        double[] sentence = new double[Runs];
        int[] source = peer.Source();
        for (int i = -1; i < Runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using EncoderDecoder model = peer.Load(path);
            double loaded = Milliseconds(ref start);
            model.Generate(source, new GenerationOptions { MaxLength = 1 });
            double firstToken = Milliseconds(ref start);
            model.Generate(source, new GenerationOptions { MaxLength = 1 });
            double secondToken = Milliseconds(ref start);
            model.Generate(source, new GenerationOptions { MaxLength = PeerCase.TargetLength });
            if (i >= 0)
            {
                (load[i], first[i], second[i], sentence[i]) = (loaded, firstToken, secondToken, Milliseconds(ref start));
            }
        }

        Console.WriteLine(
            $"{peer.Name,-8} {what,-11} {new FileInfo(path).Length / 1e6,5:F0} {Median(load),7:F2} {Median(first),12:F1} {Median(second),11:F1} {Median(sentence),16:F1}");
    }

    /// <summary>Lets the JIT compile everything before anything is measured.</summary>
    private static void Warm(EncoderDecoder model, PeerCase peer)
    {
        for (int i = 0; i < 3; i++)
        {
            model.Generate(peer.Source(), new GenerationOptions { MaxLength = PeerCase.TargetLength });
        }
    }

    private static double Milliseconds(ref long start)
    {
        long end = Stopwatch.GetTimestamp();
        double elapsed = Stopwatch.GetElapsedTime(start, end).TotalMilliseconds;
        start = end;
        return elapsed;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}

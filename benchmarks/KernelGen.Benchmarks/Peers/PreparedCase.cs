namespace KernelGen.Benchmarks.Peers;

/// <summary>A model's random weights in a temporary folder, in the form that each library reads.</summary>
internal sealed class PreparedCase : IDisposable
{
    /// <summary>The file with the weights of ONNX graphs.</summary>
    public const string GraphWeights = "weights.bin";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kernelgen-benchmarks-");
    private readonly RandomWeights _weights;

    public PreparedCase(RandomCase random)
    {
        Case = random;
        _weights = new RandomWeights(random);
        Checkpoint = random.WriteCheckpoint(_weights, _folder.FullName);
    }

    public RandomCase Case { get; }

    /// <summary>The weights as KernelGen reads them.</summary>
    public string Checkpoint { get; }

    /// <summary>Copies ONNX graphs and writes their weights.</summary>
    /// <param name="graphs">The folder with the graphs of all models.</param>
    /// <param name="batch">The sources of a call.</param>
    /// <param name="precision">The precision.</param>
    /// <returns>The folder, or <see langword="null"/> where there are no such graphs.</returns>
    public string? PrepareGraphs(string graphs, int batch, WeightPrecision precision)
    {
        string variant = OnnxRuntimePeer.Variant(batch, precision);
        string from = Path.Combine(graphs, Case.Model.Name, variant);
        if (!Directory.Exists(from))
        {
            return null;
        }

        string to = Path.Combine(_folder.FullName, variant);
        if (!Directory.Exists(to))
        {
            Directory.CreateDirectory(to);
            foreach (string graph in new[] { "encoder.onnx", "decoder_step.onnx" })
            {
                File.Copy(Path.Combine(from, graph), Path.Combine(to, graph));
            }

            ExternalData.Write(Path.Combine(from, "external_data.tsv"), Path.Combine(to, GraphWeights), new GraphWeights(_weights, Case.Model.Description));
        }

        return to;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

using KernelGen.Checkpoints;
using KernelGen.Execution;

namespace KernelGen.Benchmarks.Peers;

/// <summary>A model's random weights in a temporary folder, in the form that each library reads.</summary>
internal class PreparedWeights : IDisposable
{
    /// <summary>The file with the weights of ONNX graphs.</summary>
    public const string GraphWeights = "weights.bin";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kernelgen-benchmarks-");
    private readonly string _name;
    private readonly ModelDescription _model;

    /// <param name="name">What the model is called, here and in the folder of graphs.</param>
    /// <param name="model">Its dimensions.</param>
    /// <param name="seed">Of its weights.</param>
    public PreparedWeights(string name, ModelDescription model, int seed)
    {
        (_name, _model) = (name, model);
        Weights = new RandomWeights(model, seed);
        Checkpoint = FileOf(name + ".safetensors");
        WriteCheckpoint();
    }

    /// <summary>The weights as KernelGen reads them.</summary>
    public string Checkpoint { get; }

    /// <summary>Their numbers.</summary>
    protected RandomWeights Weights { get; }

    /// <summary>Copies ONNX graphs and writes their weights.</summary>
    /// <param name="graphs">The folder with the graphs of all models.</param>
    /// <param name="batch">The sources of a call.</param>
    /// <param name="precision">The precision.</param>
    /// <returns>The folder, or <see langword="null"/> where there are no such graphs.</returns>
    public string? PrepareGraphs(string graphs, int batch, WeightPrecision precision)
    {
        string variant = OnnxRuntimePeer.Variant(batch, precision);
        string from = Path.Combine(graphs, _name, variant);
        if (!Directory.Exists(from))
        {
            return null;
        }

        string to = FileOf(variant);
        if (!Directory.Exists(to))
        {
            Directory.CreateDirectory(to);
            foreach (string graph in new[] { "encoder.onnx", "decoder_step.onnx" })
            {
                File.Copy(Path.Combine(from, graph), Path.Combine(to, graph));
            }

            ExternalData.Write(Path.Combine(from, "external_data.tsv"), Path.Combine(to, GraphWeights), new GraphWeights(Weights, _model));
        }

        return to;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>The path of a file in the temporary folder.</summary>
    protected string FileOf(string name) => Path.Combine(_folder.FullName, name);

    private void WriteCheckpoint()
    {
        WeightTensor[] tensors = [.. Weights.Checkpoint];
        using FileStream file = File.Create(Checkpoint);
        SafetensorsWriter.WriteHeader(file, tensors.Select(static tensor => (tensor.Name, Array.ConvertAll(tensor.Shape, static size => (long)size))));
        foreach (WeightTensor tensor in tensors)
        {
            SafetensorsWriter.WriteNumbers(file, tensor.Values);
        }
    }
}

using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Peers;

namespace KernelGen.Benchmarks.Start;

/// <summary>The files of a model that start programs load.</summary>
internal sealed class StartCase : IDisposable
{
    private readonly PreparedCase _prepared;

    public StartCase(RandomCase random) => _prepared = new PreparedCase(random);

    public ModelCase Model => _prepared.Case.Model;

    public string Checkpoint => _prepared.Checkpoint;

    /// <summary>The cases of a selection that start programs know, one at a time: their files are large.</summary>
    public static IEnumerable<StartCase> Of(Selection selection)
    {
        foreach (RandomCase random in RandomCase.All.Where(random => selection.Cases.Contains(random.Model) && random.Model.Description.Architecture == Architecture.Vanilla))
        {
            using var prepared = new StartCase(random);
            yield return prepared;
        }
    }

    /// <summary>A packed file, which is written where it is not there yet.</summary>
    public string Packed(WeightPrecision precision)
    {
        string path = $"{Checkpoint}.{precision.Name()}.packed";
        if (!File.Exists(path))
        {
            using EncoderDecoder model = Model.Load(Checkpoint, new ModelLoadOptions { Precision = precision });
            model.Save(path);
        }

        return path;
    }

    /// <inheritdoc cref="PreparedWeights.PrepareGraphs"/>
    public string? Graphs(string graphs, WeightPrecision precision) => _prepared.PrepareGraphs(graphs, 1, precision);

    public void Dispose() => _prepared.Dispose();
}

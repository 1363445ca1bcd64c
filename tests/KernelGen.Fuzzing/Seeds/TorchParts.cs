using KernelGen.Execution;
using KernelGen.Tests.Checkpoints.PyTorch;

namespace KernelGen.Fuzzing.Seeds;

/// <summary>PyTorch files of random weights for a model.</summary>
internal static class TorchParts
{
    /// <summary>The tensors.</summary>
    public static List<TorchEntry> Of(ModelDescription model, string type) =>
        [.. SafetensorsParts.Of(model, type).Select(static entry => new TorchEntry(
            entry.Name, entry.Type, Array.ConvertAll(entry.Shape, static size => long.Parse(size, System.Globalization.CultureInfo.InvariantCulture)), entry.Data))];
}

using KernelGen.Benchmarks.Models;

namespace KernelGen.Benchmarks.Peers;

/// <summary>A model in KernelGen. What KernelGen can do is said here alone.</summary>
internal sealed class KernelGenPeer : IContender
{
    private readonly GenerationOptions _options;

    private KernelGenPeer(EncoderDecoder model, int? maxLength)
    {
        Model = model;
        _options = new GenerationOptions { MaxLength = maxLength };
    }

    public EncoderDecoder Model { get; }

    /// <summary>Why KernelGen cannot run a combination, or <see langword="null"/> where it can.</summary>
    public static string? Missing(int batch, Precision precision) => (batch, precision) switch
    {
        (_, not Precision.Float32) => "KernelGen has no int8 weights yet",
        ( > 1, _) => "KernelGen takes one source a call so far",
        _ => null,
    };

    /// <summary>Loads a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="weights">Its weights, as safetensors.</param>
    /// <param name="precision">What its weights are stored in; one that is not <see cref="Missing"/>.</param>
    /// <param name="instructionSet">What to compute with.</param>
    /// <param name="maxLength">The most tokens to generate, or <see langword="null"/> for as many as the model allows.</param>
    public static KernelGenPeer Load(ModelCase model, string weights, Precision precision, InstructionSet instructionSet, int? maxLength) =>
        Missing(batch: 1, precision) is { } reason
            ? throw new NotSupportedException(reason)
            : new(model.Load(weights, new ModelLoadOptions { InstructionSet = instructionSet }), maxLength);

    /// <inheritdoc/>
    public int[][] Generate(int[][] sources) => Array.ConvertAll(sources, source => (int[])[.. Model.Generate(source, _options).Hypotheses[0].Tokens]);

    public void Dispose() => Model.Dispose();
}

using KernelGen.Benchmarks.Models;

namespace KernelGen.Benchmarks.Peers;

/// <summary>A model in KernelGen.</summary>
internal sealed class KernelGenPeer : IContender
{
    private readonly GenerationOptions _options;

    private KernelGenPeer(EncoderDecoder model, GenerationOptions options) => (Model, _options) = (model, options);

    public EncoderDecoder Model { get; }

    /// <summary>Loads a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="weights">Its weights, as safetensors.</param>
    /// <param name="precision">What its weights are stored in.</param>
    /// <param name="instructionSet">What to compute with.</param>
    /// <param name="maxLength">The most tokens to generate, or <see langword="null"/> for as many as the model allows.</param>
    /// <param name="search">How to search, and whether to screen the output.</param>
    /// <param name="threads">How many threads share the work of a call.</param>
    public static KernelGenPeer Load(ModelCase model, string weights, WeightPrecision precision, InstructionSet instructionSet, int? maxLength, Search search = Search.Greedy, int threads = 1) => new(
        model.Load(weights, new ModelLoadOptions { InstructionSet = instructionSet, Precision = precision, ScreenOutput = search != Search.GreedyUnscreened }),
        new GenerationOptions
        {
            MaxLength = maxLength,
            BeamSize = search == Search.Beam4 ? 4 : 1,
            Threads = threads,

            // What is compared with limits reads all weights for each token.
            ParallelGreedy = search == Search.GreedyUnscreened ? false : null,
        });

    /// <summary>Generates targets for all sources in one call.</summary>
    public int[][] Generate(int[][] sources) => sources.Length == 1
        ? [[.. Model.Generate(sources[0], _options).Hypotheses[0].Tokens]]
        : Array.ConvertAll(Model.Generate(sources, _options), static result => (int[])[.. result.Hypotheses[0].Tokens]);

    /// <summary>Generates targets one source at a time.</summary>
    public int[][] GenerateEach(int[][] sources) => Array.ConvertAll(sources, source => (int[])[.. Model.Generate(source, _options).Hypotheses[0].Tokens]);

    public void Dispose() => Model.Dispose();
}

using KernelGen;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Peers;
using KernelGen.Benchmarks.Start;

return StartProgram.Run(args, static arguments => new GreedyModel(arguments));

/// <summary>A model in KernelGen that generates greedily.</summary>
internal sealed class GreedyModel : IContender
{
    private readonly EncoderDecoder _model;
    private readonly GenerationOptions _options;

    public GreedyModel(StartArguments arguments)
    {
        var options = new ModelLoadOptions { Precision = arguments.Precision };
        _options = new GenerationOptions { MaxLength = arguments.TargetLength };
        _model = arguments.Model.Name switch
        {
            nameof(Base) => Base.Load(arguments.Path, options),
            nameof(Student) => Student.Load(arguments.Path, options),
            _ => Small.Load(arguments.Path, options),
        };
    }

    /// <inheritdoc/>
    public int[][] Generate(int[][] sources) => sources.Length == 1
        ? [[.. _model.Generate(sources[0], _options).Hypotheses[0].Tokens]]
        : Array.ConvertAll(_model.Generate(sources, _options), static result => (int[])[.. result.Hypotheses[0].Tokens]);

    public void Dispose() => _model.Dispose();
}

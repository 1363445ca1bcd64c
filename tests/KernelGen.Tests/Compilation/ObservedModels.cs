using KernelGen.Execution;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Compilation;

/// <summary>A model whose activation is computed apart, with inputs of 12 bits.</summary>
[EncoderDecoderModel(
    Architecture.Bart,
    ModelDimension = 64,
    Heads = 2,
    FeedForwardDimension = 256,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 200,
    MaxSourceLength = 64,
    MaxTargetLength = 64)]
internal sealed partial class NarrowObserved;

/// <summary>A model wide enough for inputs of 8 bits, with a vocabulary large enough to be screened.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 192,
    Heads = 3,
    FeedForwardDimension = 256,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 8000,
    MaxSourceLength = 64,
    MaxTargetLength = 64)]
internal sealed partial class WideObserved;

/// <summary>What is observed while it is compiled: models in every way that they are used. No other test uses these models.</summary>
internal static class ObservedModels
{
    /// <summary>The models' names.</summary>
    public static IReadOnlyList<string> Names { get; } = [typeof(NarrowObserved).FullName!, typeof(WideObserved).FullName!];

    /// <summary>Loads and runs each model with each instruction set that is there and each precision.</summary>
    public static void Run()
    {
        Run(NarrowObserved.Description, NarrowObserved.Load);
        Run(WideObserved.Description, WideObserved.Load);
    }

    private static void Run(ModelDescription description, Func<Stream, ModelLoadOptions?, EncoderDecoder> load)
    {
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(description);
        var samples = new Samples(1);

        // 1, 2, 4 and 12 rows and more, so that every tile has its turn.
        int[][] sources = [.. new[] { 1, 2, 4, 31, 60 }.Select(length => samples.Tokens(length, description.SourceVocabularySize))];
        int[] target = samples.Tokens(31, description.TargetVocabularySize);
        foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
        {
            foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
            {
                using EncoderDecoder model = load(TensorFile.Write(tensors), new ModelLoadOptions { InstructionSet = instructionSet, Precision = precision });
                model.Generate(sources[0], new GenerationOptions { MaxLength = 4 });
                model.Generate(sources[3], new GenerationOptions { MaxLength = 4, ReturnScores = true });
                model.Generate(sources, new GenerationOptions { MaxLength = 4 });
                model.Generate(sources[4], new GenerationOptions { MaxLength = 4, BeamSize = 3, HypothesisCount = 3 });
                model.Generate(sources[2], new GenerationOptions { MaxLength = 4, Sampling = new SamplingOptions { TopK = 100, TopP = 0.9, MinP = 0.01 } });
                model.Score(sources[0], target);
            }
        }
    }
}

using KernelGen;
using Microsoft.Extensions.DependencyInjection;

using ServiceProvider services = new ServiceCollection().AddKernelGenModel(_ => Translator.Load(args[0])).BuildServiceProvider();
Translator model = services.GetRequiredService<Translator>();
Console.WriteLine($"kernels: {model.InstructionSet}");
Console.WriteLine(model.MaxSourceLength);

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 128,
    Heads = 2,
    FeedForwardDimension = 256,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 100,
    MaxSourceLength = 64,
    MaxTargetLength = 64)]
internal sealed partial class Translator;

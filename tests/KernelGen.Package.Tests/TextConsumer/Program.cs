using KernelGen;
using KernelGen.Text;

VocabularyTokenizer source = VocabularyTokenizer.Load(Path.Combine(args[0], "source_vocabulary.json"));
SentencePieceTokenizer target = SentencePieceTokenizer.Load(Path.Combine(args[0], "target.spm"));
using Translator model = Translator.Load(Path.Combine(args[0], "model.safetensors"));
Console.WriteLine($"kernels: {model.InstructionSet}");
Console.WriteLine(source.Decode(source.Encode("狗追猫。")));
Console.WriteLine(new TextGenerator(model, source, target).Generate("狗追猫。").Text);

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 256,
    Heads = 4,
    FeedForwardDimension = 512,
    EncoderLayers = 3,
    DecoderLayers = 3,
    SourceVocabularySize = 2744,
    TargetVocabularySize = 3000,
    MaxSourceLength = 128,
    MaxTargetLength = 128,
    TieEmbeddings = true)]
internal sealed partial class Translator;

using KernelGen;

using Translator model = args[0] == "embedded" ? Translator.Load(typeof(Translator).Assembly.GetManifestResourceStream("model.safetensors")!) : Load<Translator>(args[0]);
Console.WriteLine($"kernels: {model.InstructionSet}");
Console.WriteLine($"tiny: {Tiny.DeclaredAs}");
int[] source = [.. args[1].Split(',').Select(int.Parse)];
GenerationResult result = model.Generate(source, new GenerationOptions { MaxLength = 16 });
Console.WriteLine("tokens: " + string.Join(',', result.Hypotheses[0].Tokens));
float[] row = [1000, 1000];
Kernels.Softmax(row);
Console.WriteLine(FormattableString.Invariant($"softmax: {row[0]} {row[1]}"));

static TModel Load<TModel>(string path)
    where TModel : EncoderDecoder, IEncoderDecoderModel<TModel> => TModel.Load(path);

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

internal static partial class Kernels
{
    [SoftmaxKernel(Length = 2)]
    public static partial void Softmax(Span<float> row);
}

[EncoderDecoderModel("tiny/config.json")]
internal sealed partial class Tiny
{
    public static string DeclaredAs => typeof(Tiny).BaseType!.Name;
}

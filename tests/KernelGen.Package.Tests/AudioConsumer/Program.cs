using KernelGen;
using KernelGen.Audio;

// A model that hears one second.
float[] samples = AudioFile.Read(args[1]);
Array.Resize(ref samples, LogMelSpectrogram.SampleRate);
using TinyWhisper model = TinyWhisper.Load(args[0]);
Console.WriteLine($"kernels: {model.InstructionSet}");
using EncodedSpeech speech = model.Encode(new LogMelSpectrogram(model.Channels).Compute(samples));
var options = new GenerationOptions { Prompt = [31, 32, 36, 40], SuppressedTokens = [3, 17, 31, 35, 36, 37, 38, 39], BeginSuppressedTokens = [5, 30], MaxLength = 17 };
Console.WriteLine(string.Join(',', speech.Generate(options).Hypotheses[0].Tokens));

[EncoderDecoderModel(
    Architecture.Whisper,
    ModelDimension = 30,
    Heads = 2,
    FeedForwardDimension = 44,
    EncoderLayers = 2,
    DecoderLayers = 2,
    VocabularySize = 101,
    MaxSourceLength = 50,
    MaxTargetLength = 40,
    StartToken = 31,
    EndToken = 30,
    PadToken = 30)]
internal sealed partial class TinyWhisper;

namespace KernelGen.Audio.Tests.Models;

/// <summary>The model of the golden: odd dimensions, a window of one second.</summary>
[EncoderDecoderModel("Data/whisper/config.json")]
internal sealed partial class GoldenWhisper : SpeechModel;

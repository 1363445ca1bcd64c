namespace KernelGen.Audio.Tests.Models;

/// <summary>The model that OpenAI's code was run with for the goldens of transcription: random weights, a real vocabulary, windows of 30 seconds.</summary>
[SpeechToTextModel("Data/whisper-decoding/config.json")]
internal sealed partial class DecodingWhisper : SpeechModel;

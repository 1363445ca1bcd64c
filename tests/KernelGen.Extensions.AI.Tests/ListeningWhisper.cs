namespace KernelGen.Extensions.AI.Tests;

/// <summary>The small random Whisper of the goldens of transcription.</summary>
[SpeechToTextModel("Data/whisper-decoding/config.json")]
internal sealed partial class ListeningWhisper : SpeechModel;

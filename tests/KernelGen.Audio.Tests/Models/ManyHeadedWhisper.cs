namespace KernelGen.Audio.Tests.Models;

/// <summary>The golden's model, but for its heads.</summary>
[SpeechToTextModel("Data/whisper/config.json", Heads = 3)]
internal sealed partial class ManyHeadedWhisper : SpeechModel;

namespace KernelGen.Audio.Tests.Models;

/// <summary>The golden's model, but for the bins that it takes.</summary>
[EncoderDecoderModel("Data/whisper/config.json", SourceChannels = 96)]
internal sealed partial class WiderEars : SpeechModel;

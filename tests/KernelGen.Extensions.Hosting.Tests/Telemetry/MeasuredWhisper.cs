namespace KernelGen.Extensions.Hosting.Tests.Telemetry;

/// <summary>The Whisper of a golden, which hears one second.</summary>
[SpeechToTextModel("Data/whisper/config.json")]
internal sealed partial class MeasuredWhisper : SpeechModel;

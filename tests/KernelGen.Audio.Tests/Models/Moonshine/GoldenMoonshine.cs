namespace KernelGen.Audio.Tests.Models.Moonshine;

/// <summary>The model of the golden: heads of 12, of which 10 numbers are turned.</summary>
[SpeechToTextModel("Data/moonshine/config.json")]
internal sealed partial class GoldenMoonshine : SpeechModel;

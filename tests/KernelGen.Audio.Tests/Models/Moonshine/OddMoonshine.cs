namespace KernelGen.Audio.Tests.Models.Moonshine;

/// <summary>Widths that fill no vectors, more pairs in a head than a vector has lanes, and an odd number of numbers to turn, which turns one more.</summary>
[EncoderDecoderModel(
    Architecture.Moonshine,
    ModelDimension = 123,
    Heads = 3,
    FeedForwardDimension = 70,
    EncoderLayers = 1,
    DecoderLayers = 2,
    VocabularySize = 50,
    MaxSourceLength = 40,
    MaxTargetLength = 20,
    RotaryDimension = 39)]
internal sealed partial class OddMoonshine : SpeechModel;

using System.Text.Json;
using KernelGen.Tests.Reference;

namespace KernelGen.Audio.Tests;

/// <summary>The oracle itself beside the goldens: where it is wrong, nothing else can be right.</summary>
public class ReferenceWhisperTests
{
    [Fact]
    public void Frames_are_the_golden_ones()
    {
        float[] frames = SpeechGoldens.JfkFrames();
        Tensor expected = SpeechGoldens.Expected["log_mel.jfk"];
        for (int bin = 0; bin < expected.Shape[0]; bin++)
        {
            for (int frame = 0; frame < expected.Shape[1]; frame++)
            {
                Assert.Equal(expected.Values[(bin * expected.Shape[1]) + frame], frames[(frame * expected.Shape[0]) + bin], 1e-4);
            }
        }
    }

    [Fact]
    public void Encoder_and_logits_are_the_golden_ones()
    {
        ReferenceWhisper model = SpeechGoldens.Reference;
        var call = new ModelCall(1, CancellationToken.None);
        using IEncodedWindow window = model.Encode(SpeechGoldens.JfkFrames().AsSpan(0, model.Shape.Frames * model.Shape.Bins), call);
        Tensor first = SpeechGoldens.Expected["encoder.jfk_first"];
        float[] memory = ((ReferenceWindow)window).Memory;
        for (int i = 0; i < first.Values.Length; i++)
        {
            Assert.Equal(first.Values[i], memory[i], 1e-3);
        }

        int[] prefix = Array.ConvertAll(SpeechGoldens.Expected["logits.prefix"].Values, static token => (int)token);
        float[] logits = new float[model.Shape.VocabularySize];
        Tensor expected = SpeechGoldens.Expected["logits.greedy_prefix"];
        for (int length = 1; length <= prefix.Length; length++)
        {
            model.ComputeLogits(window, prefix.AsSpan(0, length), logits, call);
            for (int i = 0; i < expected.Shape[1]; i++)
            {
                Assert.Equal(expected.Row(length - 1)[i], logits[101 * i], 2e-3);
            }
        }
    }

    [Fact]
    public void Languages_and_their_probabilities_are_the_golden_ones()
    {
        var transcriber = new WindowTranscriber(SpeechGoldens.Reference, SpeechGoldens.Pieces);
        LanguageGuess guess = transcriber.DetectLanguage(SpeechGoldens.Source(SpeechGoldens.JfkFrames()), firstFrame: 0, new ModelCall(1, CancellationToken.None));
        int place = 0;
        foreach (JsonElement expected in SpeechGoldens.Case.GetProperty("language_detection").EnumerateArray())
        {
            Assert.Equal(expected.GetProperty("language").GetString(), guess.Probabilities[place].Language);
            Assert.Equal(expected.GetProperty("probability").GetDouble(), guess.Probabilities[place].Probability, 1e-3);
            place++;
        }

        Assert.Equal(guess.Probabilities[0].Language, guess.Language);
        Assert.Equal(99, guess.Probabilities.Length);
        Assert.Equal(1, guess.Probabilities.Sum(static language => language.Probability), 1e-9);
    }
}

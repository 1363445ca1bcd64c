using System.Collections.Immutable;
using System.Text.Json;
using KernelGen.Tests.Reference;

namespace KernelGen.Audio.Tests;

/// <summary>The words of one window, before punctuation is merged and long ones are cut: matrix, path and times.</summary>
public class AlignmentGoldenTests
{
    private const int FramesOfJfk = 1100;

    [Fact]
    public void Matrix_and_path_are_the_golden_ones()
    {
        int[] text = TextTokens();
        IWindowModel model = SpeechGoldens.Model;
        WhisperTokens tokens = SpeechGoldens.Pieces;
        var call = new ModelCall(1, CancellationToken.None);
        ImmutableArray<int> start = tokens.StartSequence("en", TranscriptionTask.Transcribe);
        ImmutableArray<int> target = [.. start, tokens.NoTimestamps, .. text, tokens.End];
        ImmutableArray<AttentionHead> heads = AlignmentHeads.OfUpperLayers(model.Shape);
        using IEncodedWindow window = FirstWindow(call);

        WindowAlignment alignment = model.Align(window, new AlignmentRequest { Tokens = target, FirstText = start.Length + 1, TextLimit = tokens.End, Heads = heads }, call);
        var mean = new AttentionMatrix(target.Length, FramesOfJfk / 2);
        mean.Add(alignment.Attention, heads.Length);

        Tensor expected = SpeechGoldens.Expected["dtw.matrix"];
        ReadOnlySpan<float> rows = mean.Mean().AsSpan(start.Length * (FramesOfJfk / 2), expected.Values.Length);
        for (int i = 0; i < expected.Values.Length; i++)
        {
            Assert.Equal(expected.Values[i], rows[i], 5e-3);
        }

        AlignmentPath path = DynamicTimeWarping.Find(Array.ConvertAll(expected.Values, static value => -value), expected.Shape[0], expected.Shape[1]);
        Tensor steps = SpeechGoldens.Expected["dtw.path"];
        Assert.Equal(steps.Row(0).ToArray(), Array.ConvertAll(path.Rows, static row => (float)row));
        Assert.Equal(steps.Row(1).ToArray(), Array.ConvertAll(path.Columns, static column => (float)column));
    }

    [Fact]
    public void Words_are_the_golden_ones()
    {
        var call = new ModelCall(1, CancellationToken.None);
        IWindowModel model = SpeechGoldens.Model;
        using IEncodedWindow window = FirstWindow(call);
        var aligner = new WordAligner(model, SpeechGoldens.Pieces, AlignmentHeads.OfUpperLayers(model.Shape), TranscriptionOptions.Default, "en");

        List<PlacedWord> words = aligner.Align(TextTokens(), window, FramesOfJfk, call);

        JsonElement[] expected = [.. Golden.GetProperty("words").EnumerateArray()];
        Assert.Equal(expected.Length, words.Count);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].GetProperty("word").GetString(), words[i].Text);
            Assert.Equal(expected[i].GetProperty("tokens").GetArrayLength(), words[i].TokenCount);
            Assert.Equal(expected[i].GetProperty("start").GetDouble(), words[i].Start, 1e-6);
            Assert.Equal(expected[i].GetProperty("end").GetDouble(), words[i].End, 1e-6);
            Assert.Equal(expected[i].GetProperty("probability").GetDouble(), words[i].Probability, 1e-5);
        }
    }

    private static JsonElement Golden => SpeechGoldens.Case.GetProperty("words").GetProperty("alignment_of_jfk_first_window");

    private static int[] TextTokens() => SpeechGoldens.Numbers(Golden.GetProperty("text_tokens"));

    /// <summary>The window as the transcription hears it: after the end of the sound there is nothing, and no silence.</summary>
    private static IEncodedWindow FirstWindow(ModelCall call)
    {
        WindowShape shape = SpeechGoldens.Model.Shape;
        float[] frames = new float[shape.Frames * shape.Bins];
        SpeechGoldens.JfkFrames().AsSpan(0, FramesOfJfk * shape.Bins).CopyTo(frames);
        return SpeechGoldens.Model.Encode(frames, call);
    }
}

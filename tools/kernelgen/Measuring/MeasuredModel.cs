using KernelGen.Execution;

namespace KernelGen.Tool.Measuring;

/// <summary>A model together with the random sources that it is measured on: sentences or sounds.</summary>
internal abstract class MeasuredModel
{
    private const int Sentences = 32, ShortestSentence = 4, LongestSentence = 32;

    /// <summary>Sounds take longer: of a Whisper, one of an eighth of its window is 187 positions.</summary>
    private const int Sounds = 8;

    /// <summary>The number of sources.</summary>
    public abstract int Count { get; }

    /// <summary>A model on sources that are the same for every model of a description.</summary>
    /// <param name="model">The model; whoever loaded it disposes it.</param>
    /// <param name="description">What it is.</param>
    public static MeasuredModel Of(TransformerModel model, ModelDescription description) => model is SpeechModel speech
        ? new Speech(speech, RandomSounds.Create(speech, Sounds))
        : new Text((EncoderDecoder)model, RandomSources.Create(description, Sentences, ShortestSentence, LongestSentence));

    /// <summary>Generates a target for each source.</summary>
    public abstract GenerationResult[] Generate(GenerationOptions options);

    /// <summary>The logits of every position of a target of a source.</summary>
    public abstract float[] Logits(int source, int[] target);

    private sealed class Text(EncoderDecoder model, int[][] sources) : MeasuredModel
    {
        public override int Count => sources.Length;

        public override GenerationResult[] Generate(GenerationOptions options) => model.Generate(sources, options);

        public override float[] Logits(int source, int[] target) => model.Logits(sources[source], target);
    }

    private sealed class Speech(SpeechModel model, float[][] sounds) : MeasuredModel
    {
        public override int Count => sounds.Length;

        public override GenerationResult[] Generate(GenerationOptions options) => Array.ConvertAll(sounds, sound =>
        {
            using EncodedSpeech encoded = model.Encode(sound);
            return encoded.Generate(options);
        });

        public override float[] Logits(int source, int[] target)
        {
            using EncodedSpeech encoded = model.Encode(sounds[source]);
            return encoded.Logits(target);
        }
    }
}

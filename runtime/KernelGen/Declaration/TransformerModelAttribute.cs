namespace KernelGen;

/// <summary>
/// What declares a model by its dimensions: <see cref="EncoderDecoderModelAttribute"/> one whose source is text, <see cref="SpeechToTextModelAttribute"/> one whose source is audio.
/// The generator writes kernels for exactly these dimensions, and completes the class with <c>Load</c>.
/// </summary>
/// <remarks>
/// The class must be <c>partial</c>, neither generic nor static, and may name no base class but the one that the generated part names. A property that is not set has the preset of its
/// <see cref="KernelGen.Architecture"/>, or, with a configuration file, what the file says. A property that is set wins over both.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public abstract class TransformerModelAttribute : Attribute
{
    private protected TransformerModelAttribute(Architecture architecture) => Architecture = architecture;

    private protected TransformerModelAttribute(string configuration) => Configuration = configuration;

    /// <summary>The family whose presets and tensor names apply, when no configuration file is given.</summary>
    public Architecture Architecture { get; }

    /// <summary>The path of the configuration file, or <see langword="null"/>.</summary>
    public string? Configuration { get; }

    /// <summary>The width of the model: of embeddings, of attention, of the residual stream (Hugging Face: <c>d_model</c>).</summary>
    public int ModelDimension { get; set; }

    /// <summary>The number of attention heads; must divide <see cref="ModelDimension"/> unless <see cref="HeadDimension"/> is set.</summary>
    public int Heads { get; set; }

    /// <summary>The width of one head (Hugging Face's T5: <c>d_kv</c>). Preset: <see cref="ModelDimension"/> divided by <see cref="Heads"/>.</summary>
    public int HeadDimension { get; set; }

    /// <summary>The width between the two linear layers of a feed-forward block.</summary>
    public int FeedForwardDimension { get; set; }

    /// <summary>The number of encoder layers, at least 1.</summary>
    public int EncoderLayers { get; set; }

    /// <summary>The number of decoder layers, at least 1.</summary>
    public int DecoderLayers { get; set; }

    /// <summary>The number of tokens: of source and target, when they share one vocabulary; of the target, when the source is audio.</summary>
    public int VocabularySize { get; set; }

    /// <summary>
    /// Of a model whose source is audio, the numbers in each of its frames: the bins of a log-mel spectrogram (<c>num_mel_bins</c>), or 1 where frames are samples.
    /// Preset: Whisper 80, Moonshine 1.
    /// </summary>
    public int SourceChannels { get; set; }

    /// <summary>The longest source, in tokens, end token included; of audio in encoder positions, of which Whisper makes one of two frames, Moonshine one of 384 samples.</summary>
    public int MaxSourceLength { get; set; }

    /// <summary>The number of target positions: the start token takes the first, and each generated token but the last takes another.</summary>
    public int MaxTargetLength { get; set; }

    /// <summary>Where norms stand. Preset: M2M100, T5, PEGASUS, Whisper and Moonshine <see cref="NormPlacement.Pre"/>, the others <see cref="NormPlacement.Post"/>.</summary>
    public NormPlacement NormPlacement { get; set; }

    /// <summary>How norms normalise. Preset: T5 by the root mean square, the others layer normalisation.</summary>
    public Normalization Normalization { get; set; }

    /// <summary>Whether each stack ends with a layer norm of its own. Preset: Marian and BART no, the others yes.</summary>
    public bool FinalNorm { get; set; }

    /// <summary>Whether embeddings are normalised before the first layer. Preset: BART yes, the others no.</summary>
    public bool EmbeddingNorm { get; set; }

    /// <summary>The function inside a feed-forward block; of Moonshine inside those of the encoder. Preset: Marian SiLU, BART, Whisper and Moonshine GELU, the others ReLU.</summary>
    public Activation Activation { get; set; }

    /// <summary>
    /// Whether a feed-forward block multiplies an activated linear layer, its gate, with another, and projects the product (Shazeer 2020,
    /// <see href="https://arxiv.org/abs/2002.05202"/>). Preset: no; T5 v1.1, whose configuration files say so, yes.
    /// </summary>
    public bool GatedFeedForward { get; set; }

    /// <summary>Whether linear layers within the layers add a bias. Preset: T5 no, the others yes.</summary>
    public bool LinearBias { get; set; }

    /// <summary>Whether attention scores are divided by the square root of <see cref="HeadDimension"/>. Preset: T5 no, the others yes.</summary>
    public bool ScaleScores { get; set; }

    /// <summary>What is added to each embedding. Preset: Vanilla sinusoidal, Marian and PEGASUS split sinusoidal, BART learned, M2M100 fairseq's sinusoidal, T5 relative, Moonshine rotary.</summary>
    public PositionalEncoding PositionalEncoding { get; set; }

    /// <summary>The row of a learned table, or of fairseq's, that holds position 0. Preset: BART and M2M100 2, the others 0.</summary>
    public int PositionOffset { get; set; }

    /// <summary>With relative positions, the number of distances that are told apart, those to both sides of the encoder together. Preset: 32.</summary>
    public int RelativePositionBuckets { get; set; }

    /// <summary>With relative positions, the distance from which on all are alike. Preset: 128.</summary>
    public int RelativePositionDistance { get; set; }

    /// <summary>
    /// With rotary positions, how many numbers of each head are turned, the first ones (Hugging Face: <c>partial_rotary_factor</c>, the part of a head). Preset: Moonshine 32, as in
    /// both of its sizes, or the whole head where that is narrower; the others the whole head.
    /// </summary>
    public int RotaryDimension { get; set; }

    /// <summary>Whether embeddings are multiplied by √<see cref="ModelDimension"/>. Preset: BART and T5 no, the others yes.</summary>
    public bool ScaleEmbedding { get; set; }

    /// <summary>Whether the output projection is the target embedding. Preset: Vanilla no, the others yes.</summary>
    public bool TieEmbeddings { get; set; }

    /// <summary>
    /// Whether decoder output is divided by √<see cref="ModelDimension"/> before it is projected to logits. Preset: no; T5 v1.0, whose configuration files say so, yes.
    /// </summary>
    public bool ScaleOutput { get; set; }

    /// <summary>Whether the output projection adds a bias. Preset: M2M100 and T5 no, the others yes.</summary>
    public bool OutputBias { get; set; }

    /// <summary>What a norm adds to the variance, or to the mean square. Preset: T5 1e-6, the others 1e-5.</summary>
    public double LayerNormEpsilon { get; set; }

    /// <summary>The token that begins every target. Preset: Vanilla 1, Marian the pad token, BART and M2M100 2, T5 and PEGASUS 0.</summary>
    public int StartToken { get; set; }

    /// <summary>The token that ends a target. Preset: Marian 0, T5 and PEGASUS 1, the others 2.</summary>
    public int EndToken { get; set; }

    /// <summary>The token that fills rectangular batches. Preset: Marian the last of the vocabulary, BART and M2M100 1, the others 0.</summary>
    public int PadToken { get; set; }

    /// <summary>Tokens that generation never chooses. Preset: Marian the pad token, the others none.</summary>
    public int[] SuppressedTokens { get; set; } = [];

    /// <summary>Whether kernels are generated that train the model, too, and a method <c>CreateTrainer</c>. Without it nothing more is generated than runs the model.</summary>
    public bool Trainable { get; set; }
}

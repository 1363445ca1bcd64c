namespace KernelGen;

/// <summary>A family of encoder-decoder Transformers: it presets what a declaration leaves open, and names the tensors of a checkpoint.</summary>
public enum Architecture
{
    /// <summary>
    /// "Attention Is All You Need" (Vaswani et al. 2017) as <c>torch.nn.Transformer</c> has it: post-norm, ReLU, final norms, sinusoidal positions.
    /// Tensors: <c>transformer.</c> followed by its state_dict, <c>source_embedding.weight</c>, <c>target_embedding.weight</c>,
    /// <c>generator.weight</c>, <c>generator.bias</c>.
    /// </summary>
    Vanilla,

    /// <summary>MarianMT (opus-mt), as Hugging Face Transformers has it: post-norm, swish, split sinusoidal positions, one embedding shared by all.</summary>
    Marian,

    /// <summary>BART and mBART, as Hugging Face Transformers has them: learned positions with offset 2, an embedding norm, exact GELU, one embedding shared by all.</summary>
    Bart,

    /// <summary>M2M100 and NLLB-200, as Hugging Face Transformers has them: pre-norm, fairseq's sinusoidal positions with offset 2, final norms, no output bias.</summary>
    M2M100,

    /// <summary>
    /// T5, mT5, flan-T5 and ByT5, as Hugging Face Transformers has them: norms by the root mean square before each sublayer, no biases, relative positions, scores
    /// that are not scaled. v1.1 and its descendants have gated feed-forward blocks and an output projection of their own.
    /// </summary>
    T5,

    /// <summary>PEGASUS, as Hugging Face Transformers has it: pre-norm, ReLU, split sinusoidal positions, final norms, one embedding shared by all.</summary>
    Pegasus,

    /// <summary>
    /// Whisper, as Hugging Face Transformers has it: its source is frames of a log-mel spectrogram, which two convolutions read; then pre-norm, exact GELU, learned
    /// positions, final norms, no biases of keys. Its class is a <c>SpeechModel</c>.
    /// </summary>
    Whisper,

    /// <summary>
    /// Moonshine (Jeffries et al. 2024), as Hugging Face Transformers has it: its source is samples of sound, which three convolutions read; then pre-norm without shifts, rotary
    /// positions, exact GELU in the encoder, feed-forward blocks gated by SiLU in the decoder, no biases of attention. Its class is a <c>SpeechModel</c>.
    /// </summary>
    Moonshine,
}

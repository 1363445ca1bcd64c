using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Families;

/// <summary>
/// Whisper (Radford et al. 2022; Hugging Face's <c>WhisperConfig</c>): BART's names, with two convolutions before the encoder's layers, and keys without biases.
/// </summary>
internal class WhisperFamily : SpeechFamily
{
    public override Architecture Architecture => Architecture.Whisper;

    public override Preset Preset => Preset.Of(Architecture) with
    {
        NormPlacement = NormPlacement.Pre,
        FinalNorm = true,
        Activation = Activation.Gelu,
        PositionalEncoding = PositionalEncoding.Learned,
        KeyBias = false,
        OutputBias = false,
        SourceChannels = 80,
        StartToken = 50258,
        EndToken = 50257,
        PadToken = 50257,
    };

    public override ConfigurationKeys Keys => new()
    {
        SourceChannels = "num_mel_bins",
        MaxSourcePositions = "max_source_positions",
        MaxTargetPositions = "max_target_positions",
        DecoderVocabularySize = null,
        ShareEmbeddings = null,
        NormalizeBefore = null,
        NormalizeEmbedding = null,
        AddFinalLayerNorm = null,
        StaticPositions = null,
    };

    public override IReadOnlyList<string> ModelTypes => ["whisper"];

    public override IReadOnlyList<Family> Styles => [this, new OpenAIWhisperFamily()];

    public override Preset PresetOf(string modelType) => base.PresetOf(modelType) with
    {
        ModelDimension = 384,
        Heads = 6,
        FeedForwardDimension = 1536,
        Layers = 4,
        VocabularySize = 51865,
        MaxSourcePositions = 1500,
        MaxPositions = 448,
        StartToken = 50257,
        EndToken = 50256,
        PadToken = 50256,
    };

    public override string CheckpointName => "Hugging Face Whisper";

    public override bool Wrote(Func<string, bool> has) => has(".encoder_attn.q_proj.") && has("encoder.conv1.") && !has("encoder.groupnorm.");

    public override IReadOnlyList<Convolution> Convolutions(ModelSettings settings)
    {
        Dimension width = Dimension.Model(settings);
        return
        [
            new Convolution { Role = TensorRole.FirstConvolution, Channels = Dimension.Channels(settings), Outputs = width, Taps = 3, Step = 1, Padding = 1, Function = settings.Activation },
            new Convolution { Role = TensorRole.SecondConvolution, Channels = width, Outputs = width, Taps = 3, Step = 2, Padding = 1, Function = settings.Activation },
        ];
    }

    public override TensorName Convolution(TensorRole role, string prefix) =>
        TensorName.Module(prefix + Side(Stack.Encoder) + (role == TensorRole.FirstConvolution ? "conv1" : "conv2"));

    /// <summary>
    /// Sinusoids for the encoder's positions, and linear layers as PyTorch makes them, which is what OpenAI's code leaves them at: Hugging Face's 0.02 suits wide models. Convolutions keep the size of what goes
    /// through them (He et al. 2015): otherwise frames are so small beside the positions that are added to them that a model does not hear its source for thousands of steps.
    /// </summary>
    public override InitialValues InitialWeights(ModelTensor tensor, ModelSettings settings) => tensor.Role switch
    {
        TensorRole.Positions when tensor.Stack == Stack.Encoder => InitialValues.Sinusoids,
        TensorRole.Positions or TensorRole.Embedding or TensorRole.Output => base.InitialWeights(tensor, settings),
        _ when tensor.IsNorm => base.InitialWeights(tensor, settings),
        TensorRole.FirstConvolution or TensorRole.SecondConvolution => InitialValues.Uniform(Math.Sqrt(6.0 / (tensor.Columns.Size * tensor.Taps))),
        _ => InitialValues.Uniform(1 / Math.Sqrt(tensor.Columns.Size)),
    };

    public override bool TrainsPositions(Stack stack) => stack == Stack.Decoder;

    public override TensorName InLayer(ModelTensor tensor)
    {
        TensorName name = base.InLayer(tensor);
        return tensor.BiasLength == 0 && !tensor.IsNorm ? new TensorName(name.Weight, bias: null) : name;
    }
}

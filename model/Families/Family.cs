using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Families;

/// <summary>
/// A family of models: what it sets where a declaration does not, what its <c>config.json</c> calls the settings, and what its checkpoints call the tensors of a
/// recipe. Each family is one file, beside this one.
/// </summary>
internal abstract class Family
{
    /// <summary>Its architecture.</summary>
    public abstract Architecture Architecture { get; }

    /// <summary>What it sets where a declaration does not.</summary>
    public abstract Preset Preset { get; }

    /// <summary>What its <c>config.json</c> calls the settings.</summary>
    public virtual ConfigurationKeys Keys => new();

    /// <summary>The <c>model_type</c>s of a <c>config.json</c> that are of this family.</summary>
    public virtual IReadOnlyList<string> ModelTypes => [];

    /// <summary>What its checkpoints are called in messages.</summary>
    public abstract string CheckpointName { get; }

    /// <summary>Whether a checkpoint seems to be of this family and no other.</summary>
    /// <param name="has">Whether any of its tensors has such a piece in its name.</param>
    public abstract bool Wrote(Func<string, bool> has);

    /// <summary>
    /// The ways in which files of its models name tensors, each as a family that differs in names alone. The first is its own, which files are expected to have that tell nothing.
    /// </summary>
    public virtual IReadOnlyList<Family> Styles => [this];

    /// <summary>The way in which a checkpoint names tensors.</summary>
    /// <param name="has">Whether any of its tensors has such a piece in its name.</param>
    public Family StyleOf(Func<string, bool> has)
    {
        foreach (Family style in Styles)
        {
            if (style.Wrote(has))
            {
                return style;
            }
        }

        return this;
    }

    /// <summary>How many heads each attention has, where a file says it beside its tensors, which do not tell.</summary>
    /// <param name="metadata">What the file says.</param>
    public virtual int? Heads(IReadOnlyDictionary<string, string> metadata) => null;

    /// <summary>What stands before the names of a model that generates; the bare model's have it not.</summary>
    public abstract string Prefix { get; }

    /// <summary>The weight of the output projection.</summary>
    public abstract string Head { get; }

    /// <summary>Whether a checkpoint's tensors alone decide if the output projection is the embedding, so that one of its own contradicts nothing.</summary>
    public virtual bool HeadIsWhatItsFileHas => false;

    /// <summary>The bias of the output projection; <see langword="null"/> where it never has one.</summary>
    public abstract string? OutputBias { get; }

    /// <summary>Whether a file without that bias means zeros.</summary>
    public virtual bool MayLackOutputBias => false;

    /// <summary>Whether that bias is a row, <c>[1, vocabulary]</c>, and no vector.</summary>
    public virtual bool OutputBiasIsRow => false;

    /// <summary>Whether both sides of a model share one table of embeddings where their vocabularies are of the same size.</summary>
    public virtual bool SharesEmbeddings => true;

    /// <summary>Whether files of sinusoidal models hold their tables, which are computed here instead.</summary>
    public virtual bool StoresComputedPositions => false;

    /// <summary>Whether a tensor of a layer is one that Transformers leaves out, too.</summary>
    public virtual bool IsIgnored(string name) => false;

    /// <summary>Every family.</summary>
    public static Family[] All
    {
        get
        {
            var all = new Family[Enum.GetNames(typeof(Architecture)).Length];
            for (int number = 0; number < all.Length; number++)
            {
                all[number] = Of((Architecture)number);
            }

            return all;
        }
    }

    /// <summary>The family of an architecture.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public static Family Of(Architecture architecture) => architecture switch
    {
        Architecture.Vanilla => new VanillaFamily(),
        Architecture.Marian => new MarianFamily(),
        Architecture.Bart => new BartFamily(),
        Architecture.M2M100 => new M2M100Family(),
        Architecture.T5 => new T5Family(),
        Architecture.Pegasus => new PegasusFamily(),
        Architecture.Whisper => new WhisperFamily(),
        Architecture.Moonshine => new MoonshineFamily(),
        _ => throw new ArgumentOutOfRangeException(nameof(architecture), architecture, $"No family is known by the number {architecture}."),
    };

    /// <summary>What Hugging Face Transformers assumes for the keys that a <c>config.json</c> of a model type leaves out.</summary>
    /// <param name="modelType">One of <see cref="ModelTypes"/>.</param>
    public virtual Preset PresetOf(string modelType) => Preset with { Source = $"the default of model_type \"{modelType}\"" };

    /// <summary>What it sets where a checkpoint alone tells of a model: what no tensor tells is then most likely so.</summary>
    /// <param name="hasGate">Whether the checkpoint has the gates of feed-forward blocks.</param>
    /// <param name="hasHead">Whether it has an output projection of its own.</param>
    public virtual Preset PresetOfCheckpoint(bool hasGate, bool hasHead) => Preset;

    /// <summary>What stands before the names of a checkpoint: <see cref="Prefix"/>, or nothing where it is the bare model's.</summary>
    /// <param name="hasBeginningWith">Whether the name of any of its tensors begins so.</param>
    public string PrefixWhere(Func<string, bool> hasBeginningWith) => !hasBeginningWith(Prefix) && hasBeginningWith(Layers(Stack.Encoder)) ? "" : Prefix;

    /// <summary>What stands before the number of a layer.</summary>
    public virtual string Layers(Stack stack) => Side(stack) + "layers.";

    /// <summary>The names that the embeddings of a stack may have, in the order in which they are looked for.</summary>
    /// <param name="settings">The model.</param>
    /// <param name="stack">The stack.</param>
    /// <param name="prefix">The prefix, or nothing.</param>
    /// <param name="usual">The name that a file is expected to have.</param>
    public abstract string[] Embeddings(ModelSettings settings, Stack stack, string prefix, out string usual);

    /// <summary>The embeddings of a stack that has a table of its own though it could share one.</summary>
    /// <inheritdoc cref="Positions"/>
    public abstract string OwnEmbeddings(Stack stack, string prefix);

    /// <summary>Whether the output projection of a new model is its target embedding.</summary>
    public virtual bool TiesOutput(ModelSettings settings) => settings.TieEmbeddings;

    /// <summary>What the weights of a new model begin with; of a norm γ.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="settings">The model.</param>
    public abstract InitialValues InitialWeights(ModelTensor tensor, ModelSettings settings);

    /// <summary>What the bias beside a tensor begins with; of a norm β.</summary>
    /// <param name="tensor">The tensor.</param>
    public virtual InitialValues InitialBias(ModelTensor tensor) => InitialValues.Constant(0);

    /// <summary>Whether the rows of learned positions of a stack are trained; others stay what a model begins with.</summary>
    /// <param name="stack">The stack.</param>
    public virtual bool TrainsPositions(Stack stack) => true;

    /// <summary>Whether attention probabilities and activations of feed-forward blocks drop out in training as often as everything else; otherwise they do not by default.</summary>
    public virtual bool DropsEverywhere => false;

    /// <summary>Whether the embedding of the pad token begins with zeros.</summary>
    public virtual bool PadEmbeddingIsZero => true;

    /// <summary>The table of learned positions; <see langword="null"/> where there never is one.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="prefix">The prefix, or nothing.</param>
    public abstract string? Positions(Stack stack, string prefix);

    /// <summary>The table of relative positions.</summary>
    /// <inheritdoc cref="Positions"/>
    public virtual string PositionBias(Stack stack, string prefix) => throw new NotSupportedException($"{CheckpointName} has no relative positions.");

    /// <summary>The convolutions that read the source, where it is audio.</summary>
    /// <param name="settings">The model.</param>
    public virtual IReadOnlyList<Convolution> Convolutions(ModelSettings settings) => [];

    /// <summary>What its checkpoints call a convolution that reads the source, or the norm behind one.</summary>
    /// <param name="role">Which one.</param>
    /// <param name="prefix">The prefix, or nothing.</param>
    public virtual TensorName Convolution(TensorRole role, string prefix) => throw new NotSupportedException($"{CheckpointName} has no convolutions.");

    /// <summary>The norm of embeddings; <see langword="null"/> where there never is one.</summary>
    /// <inheritdoc cref="Positions"/>
    public abstract string? EmbeddingNorm(Stack stack, string prefix);

    /// <summary>The norm at the end of a stack.</summary>
    /// <inheritdoc cref="Positions"/>
    public abstract string FinalNorm(Stack stack, string prefix);

    /// <summary>The gate of a feed-forward block, after the number of the layer; <see langword="null"/> where there never is one.</summary>
    public virtual string? Gate(Stack stack) => null;

    /// <summary>A tensor of a layer, after the number of the layer.</summary>
    public abstract TensorName InLayer(ModelTensor tensor);

    /// <summary>What its checkpoints call a tensor; embeddings, where the stack has a table of its own.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="prefix">The prefix, or nothing.</param>
    public TensorName NameOf(ModelTensor tensor, string prefix) => tensor.Role switch
    {
        TensorRole.FirstConvolution or TensorRole.SecondConvolution or TensorRole.ThirdConvolution or TensorRole.GroupNorm => Convolution(tensor.Role, prefix),
        TensorRole.Embedding => new TensorName(OwnEmbeddings(tensor.Stack, prefix), bias: null),
        TensorRole.Output => new TensorName(Head, bias: null),
        TensorRole.OutputBias => new TensorName(OutputBias!, bias: null),
        TensorRole.Positions => new TensorName(Positions(tensor.Stack, prefix)!, bias: null),
        TensorRole.PositionBias => new TensorName(PositionBias(tensor.Stack, prefix), bias: null),
        TensorRole.EmbeddingNorm => Norm(tensor, EmbeddingNorm(tensor.Stack, prefix)!),
        TensorRole.FinalNorm => Norm(tensor, FinalNorm(tensor.Stack, prefix)),
        _ => InLayer(tensor).Within($"{prefix}{Layers(tensor.Stack)}{tensor.Layer}."),
    };

    /// <summary>The settings that its checkpoints have no tensors for, each with the reason, which follows "its checkpoints cannot have it:".</summary>
    public virtual IEnumerable<(string Property, string Reason)> FindLacking(ModelSettings settings)
    {
        if (settings.PositionalEncoding == PositionalEncoding.Relative)
        {
            yield return (nameof(settings.PositionalEncoding), "they have no table of relative positions");
        }

        if (settings.Normalization != Normalization.LayerNorm)
        {
            yield return (nameof(settings.Normalization), "their norms have a β, which would be left out");
        }

        if (!settings.LinearBias)
        {
            yield return (nameof(settings.LinearBias), "their linear layers have biases, which would be left out");
        }

        if (settings.GatedFeedForward)
        {
            yield return (nameof(settings.GatedFeedForward), "their feed-forward blocks have no gate");
        }
    }

    private static TensorName Norm(ModelTensor norm, string name) => norm.BiasLength > 0 ? TensorName.Module(name) : new TensorName(name + ".weight", bias: null);

    /// <summary>What files call a stack, before the names of its parts.</summary>
    protected static string Side(Stack stack) => stack == Stack.Encoder ? "encoder." : "decoder.";
}

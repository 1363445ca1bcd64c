using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Families;

/// <summary>A family of models: what its checkpoints call the tensors of a recipe. Each family is one file, beside this one.</summary>
internal abstract class Family
{
    /// <summary>What stands before the names of a model that generates; the bare model's have it not.</summary>
    public abstract string Prefix { get; }

    /// <summary>The weight of the output projection.</summary>
    public abstract string Head { get; }

    /// <summary>The bias of the output projection.</summary>
    public abstract string OutputBias { get; }

    /// <summary>Whether a file without that bias means zeros.</summary>
    public virtual bool MayLackOutputBias => false;

    /// <summary>Whether files of sinusoidal models hold their tables, which are computed here instead.</summary>
    public virtual bool StoresComputedPositions => false;

    /// <summary>The family of an architecture.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public static Family Of(Architecture architecture) => architecture switch
    {
        Architecture.Vanilla => new VanillaFamily(),
        Architecture.Marian => new MarianFamily(),
        Architecture.Bart => new BartFamily(),
        _ => throw new ArgumentOutOfRangeException(nameof(architecture), architecture, $"No family is known by the number {architecture}."),
    };

    /// <summary>What stands before the number of a layer.</summary>
    public virtual string Layers(Stack stack) => stack == Stack.Encoder ? "encoder.layers." : "decoder.layers.";

    /// <summary>The names that the embeddings of a stack may have, in the order in which they are looked for.</summary>
    /// <param name="settings">The model.</param>
    /// <param name="stack">The stack.</param>
    /// <param name="prefix">The prefix, or nothing.</param>
    /// <param name="usual">The name that a file is expected to have.</param>
    public abstract string[] Embeddings(ModelSettings settings, Stack stack, string prefix, out string usual);

    /// <summary>The table of learned positions.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="prefix">The prefix, or nothing.</param>
    public abstract string Positions(Stack stack, string prefix);

    /// <summary>The norm of embeddings.</summary>
    /// <inheritdoc cref="Positions"/>
    public abstract string EmbeddingNorm(Stack stack, string prefix);

    /// <summary>The norm at the end of a stack.</summary>
    /// <inheritdoc cref="Positions"/>
    public abstract string FinalNorm(Stack stack, string prefix);

    /// <summary>A tensor of a layer, after the number of the layer.</summary>
    public abstract TensorName InLayer(ModelTensor tensor);
}

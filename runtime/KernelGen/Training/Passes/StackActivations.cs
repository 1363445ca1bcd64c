using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>What one sublayer leaves behind for the backward pass.</summary>
internal unsafe struct SublayerActivations
{
    /// <summary>The residual stream that it was given, <c>[rows, model dimension]</c>.</summary>
    public float* Input;

    /// <summary>What its norm reads in a post-norm model: the residual stream with what it added.</summary>
    public float* Sum;

    /// <summary>What came out of its first linear layer.</summary>
    public float* Projected;

    /// <summary>Of cross-attention, the keys and values of the source.</summary>
    public float* KeysAndValues;

    /// <summary>Of attention, <c>[rows, attention width]</c>.</summary>
    public float* Context;
}

/// <summary>What a stack leaves behind for the backward pass.</summary>
internal sealed unsafe class StackActivations
{
    private readonly ModelDescription _model;
    private readonly StackRecipe _stack;
    private readonly SublayerSlots[] _slots;
    private readonly SublayerActivations[] _sublayers;

    /// <summary>The activations of a stack.</summary>
    public StackActivations(ModelDescription model, StackRecipe stack, SublayerSlots[] slots)
    {
        _model = model;
        _stack = stack;
        _slots = slots;
        _sublayers = new SublayerActivations[slots.Length];
    }

    /// <summary>Embeddings before their norm; the input of the first sublayer where they have none.</summary>
    public float* Embedded { get; private set; }

    /// <summary>The residual stream behind the last sublayer.</summary>
    public float* Last { get; private set; }

    /// <summary>What comes out of the stack.</summary>
    public float* Output { get; private set; }

    /// <summary>The activations of a sublayer, by its number in the stack.</summary>
    public ref SublayerActivations this[int number] => ref _sublayers[number];

    /// <summary>Takes memory.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="sourceRows">The number of rows of the source.</param>
    public void Take(ref ActivationMemory memory, int rows, int sourceRows)
    {
        Embedded = _model.EmbeddingNorm ? memory.Take(rows, _model.ModelStride) : null;
        for (int i = 0; i < _sublayers.Length; i++)
        {
            ref SublayerActivations sublayer = ref _sublayers[i];
            sublayer.Input = memory.Take(rows, _model.ModelStride);
            sublayer.Sum = _model.NormPlacement == NormPlacement.Post ? memory.Take(rows, _model.ModelStride) : null;
            sublayer.Projected = memory.Take(rows, ModelLayout.RowStride(_slots[i].Input.Outputs));
            bool attends = _stack.Layer[i % _stack.Layer.Length].Operation is AttentionOperation;
            sublayer.Context = attends ? memory.Take(rows, _model.AttentionStride) : null;
            sublayer.KeysAndValues = _slots[i].KeysAndValues is { } pair ? memory.Take(sourceRows, ModelLayout.RowStride(pair.Outputs)) : null;
        }

        Last = memory.Take(rows, _model.ModelStride);
        Output = _model.FinalNorm ? memory.Take(rows, _model.ModelStride) : Last;
        Embedded = Embedded == null ? InputOf(0) : Embedded;
    }

    /// <summary>The residual stream that a sublayer is given; behind the last one that of the whole stack.</summary>
    public float* InputOf(int number) => number < _sublayers.Length ? _sublayers[number].Input : Last;
}

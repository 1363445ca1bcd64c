using KernelGen.Layout;

namespace KernelGen.Recipes;

/// <summary>
/// The linear kernels with which a model is trained, for each linear layer two: its sums as they are, without an effect, and the gradient of its inputs, which is
/// the gradient of its outputs times the transposed weights. All of them read and write rows at <see cref="ModelLayout.RowStride"/>, but the rows that a convolution
/// reads overlap. What is read by the first convolution of a source that is audio has no gradient.
/// </summary>
internal sealed class TrainingShapes
{
    private readonly List<LinearShape> _shapes = [];
    private readonly int[] _forward;
    private readonly int[] _backward;

    private TrainingShapes(ModelRecipe recipe)
    {
        _forward = new int[recipe.Slots.Count];
        _backward = new int[recipe.Slots.Count];
        foreach (WeightSlot slot in recipe.Slots)
        {
            if (slot.IsLinear)
            {
                _forward[slot.Index] = NumberOf(slot.Inputs, InputStrideOf(slot), slot.Outputs);
                _backward[slot.Index] = recipe.Convolutions.Count > 0 && slot == recipe.Convolutions[0]
                    ? -1
                    : NumberOf(slot.Outputs, ModelLayout.RowStride(slot.Outputs), slot.Inputs);
            }
        }
    }

    /// <summary>The shapes, each once: there is a kernel for each.</summary>
    public IReadOnlyList<LinearShape> Shapes => _shapes;

    /// <summary>The shapes of a model.</summary>
    public static TrainingShapes Of(ModelRecipe recipe) => new(recipe);

    /// <summary>The number of the shape that computes the outputs of a linear layer.</summary>
    public int ForwardOf(WeightSlot slot) => _forward[slot.Index];

    /// <summary>The number of the shape that computes the gradient of its inputs.</summary>
    public int BackwardOf(WeightSlot slot) => _backward[slot.Index];

    /// <summary>From row to row of what a linear layer reads, in floats.</summary>
    public static int InputStrideOf(WeightSlot slot) => slot.Convolution is { } convolution ? convolution.Step * convolution.RowStride : ModelLayout.RowStride(slot.Inputs);

    private int NumberOf(int inputs, int inputStride, int outputs)
    {
        var shape = new LinearShape(inputs, inputStride, outputs, ModelLayout.RowStride(outputs), LinearEffect.None, HasLargeInputs: false);
        int number = _shapes.IndexOf(shape);
        if (number < 0)
        {
            number = _shapes.Count;
            _shapes.Add(shape);
        }

        return number;
    }
}

using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Generator.Planning;

/// <summary>One linear kernel: <c>output = epilogue(input · W + bias)</c>.</summary>
/// <param name="Name">The name of the kernel, which tells its shape.</param>
/// <param name="Input">The input width.</param>
/// <param name="Output">The output width.</param>
/// <param name="InputStride">From row to row of the input.</param>
/// <param name="OutputStride">From row to row of the output, and of the residual.</param>
/// <param name="Epilogue">What happens to the sums.</param>
/// <param name="Int8">The format in which 8-bit weights and their inputs are multiplied.</param>
internal sealed record LinearPlan(string Name, int Input, int Output, int InputStride, int OutputStride, LinearEpilogue Epilogue, Int8Layout Int8)
{
    /// <summary>The number of panels of 16 output columns.</summary>
    public int Panels => (Output + VectorSet.PanelWidth - 1) / VectorSet.PanelWidth;

    /// <summary>Floats in the bias, padded.</summary>
    public int BiasLength => Panels * VectorSet.PanelWidth;

    /// <summary>Weights in one panel.</summary>
    public int PanelLength => Input * VectorSet.PanelWidth;

    /// <summary>The number of weights.</summary>
    public long WeightCount => (long)Input * Output;

    /// <summary>Floating-point operations for one row: a multiplication and an addition for each weight.</summary>
    public long FlopsPerRow => 2L * Input * Output;

    /// <summary>Bytes of float32 weights and bias that any number of rows reads once.</summary>
    public long WeightBytes => sizeof(float) * ((long)Panels * PanelLength + BiasLength);

    /// <summary>Whether some layer of the shape may have 4-bit weights (<see cref="Int4Layout"/>), which are then multiplied by this kernel as well.</summary>
    public bool HasFourBits { get; init; }

    /// <summary>Bytes of a quantised row of inputs, without its tail.</summary>
    public int QuantizedBytes => HasFourBits ? Math.Max(Int8.RowBytes(Input), Int4Layout.RowBytes(Input)) : Int8.RowBytes(Input);

    /// <summary>Whether the rows of the input overlap.</summary>
    public bool IsConvolution { get; init; }

    /// <summary>What the names of the kernel and its loops begin with: rows of a convolution overlap, so that its loops are its own.</summary>
    public string Kind { get; init; } = "Linear";

    /// <summary>What the names of the kernel's tiles begin with.</summary>
    public string TileName { get; init; } = $"Tile{Input}";

    /// <summary>The tiles that the kernel shares with every other of the same input layout.</summary>
    public TileFamily Tiles => new(TileName, Input, InputStride, VectorSet.PanelWidth, PanelLength);

    /// <summary>The kernel of a shape.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="int8">The format in which 8-bit weights and their inputs are multiplied.</param>
    /// <param name="shapes">All shapes of the model.</param>
    public static LinearPlan Of(LinearShape shape, Int8Layout int8, IReadOnlyList<LinearShape> shapes)
    {
        (string suffix, LinearEpilogue epilogue) = shape.Effect switch
        {
            LinearEffect.None => ("", (LinearEpilogue)new LinearEpilogue.Identity()),
            LinearEffect.Residual => ("PlusResidual", new LinearEpilogue.Residual()),
            LinearEffect.Activation when shape.Function is { } function => (function.ToString(), LinearEpilogue.Of(function)),
            _ => throw new InvalidOperationException($"No kernel has the effect {shape.Effect}."),
        };
        string kind = KindOf(shape, shapes);
        var plan = new LinearPlan($"{kind}{shape.Inputs}To{shape.Outputs}{suffix}", shape.Inputs, shape.Outputs, shape.InputStride, shape.OutputStride, epilogue, int8) { Kind = kind };
        return shape.IsConvolution ? plan with { IsConvolution = true, TileName = $"{kind}Tile{shape.Inputs}" } : plan;
    }

    /// <summary>The kernel of a shape that trains the model.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="forward">The kernels that run the model, whose tiles serve where their rows are as far apart.</param>
    /// <param name="int8">The format of the model; training has no 8-bit weights.</param>
    /// <param name="shapes">All shapes that train the model.</param>
    public static LinearPlan OfTraining(LinearShape shape, IReadOnlyList<LinearPlan> forward, Int8Layout int8, IReadOnlyList<LinearShape> shapes)
    {
        string kind = KindOf(shape, shapes);
        var plan = new LinearPlan(
            $"Training{kind}{shape.Inputs}To{shape.Outputs}", shape.Inputs, shape.Outputs, shape.InputStride, shape.OutputStride, new LinearEpilogue.Identity(), int8)
        {
            Kind = kind,
            IsConvolution = shape.IsConvolution,
            TileName = shape.IsConvolution ? $"{kind}Tile{shape.Inputs}" : $"Tile{shape.Inputs}",
        };
        return forward.Any(linear => linear.Tiles == plan.Tiles) ? plan : plan with { TileName = $"Training{(shape.IsConvolution ? kind : "")}Tile{shape.Inputs}" };
    }

    /// <summary>What the name of a kernel begins with. Where two convolutions read as many inputs, that of the longer step says how long it is.</summary>
    private static string KindOf(LinearShape shape, IReadOnlyList<LinearShape> shapes)
    {
        bool isAmbiguous = shapes.Any(other => other.IsConvolution && other.Inputs == shape.Inputs && other.InputStride < shape.InputStride);
        return !shape.IsConvolution ? "Linear" : isAmbiguous ? $"ConvolutionEvery{shape.InputStride}Of" : "Convolution";
    }
}

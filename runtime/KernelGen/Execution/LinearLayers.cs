using KernelGen.Layout;

namespace KernelGen.Execution;

/// <summary>Runs linear kernels over rows: what a model's sublayers and its output projection have in common.</summary>
/// <typeparam name="TPrecision">How the weights are stored.</typeparam>
internal static unsafe class LinearLayers<TPrecision>
    where TPrecision : struct, IWeightPrecision
{
    /// <summary>Rows as a linear kernel reads them: as they are, or quantised when weights are integers.</summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="quantizer">What quantises them for the kernel.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="count">Their number.</param>
    /// <param name="stride">From row to row, in floats.</param>
    /// <param name="width">The width of a row.</param>
    /// <param name="sumsGroups">Whether weights may have 4 bits, whose kernels read sums of inputs, too.</param>
    public static byte* Input(Workspace workspace, delegate*<float*, int, int, int, byte*, void> quantizer, float* rows, int count, int stride, int width, bool sumsGroups = false)
    {
        if (TPrecision.Value != WeightPrecision.Int8)
        {
            return (byte*)rows;
        }

        quantizer(rows, count, stride, width, workspace.Quantized);
        if (sumsGroups)
        {
            GroupSums.Add(workspace.Quantized, count, workspace.QuantizedStride, width);
        }

        return workspace.Quantized;
    }

    /// <summary>Runs a kernel over all of its columns.</summary>
    public static void Run(
        Workspace workspace,
        delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> kernel,
        byte* input,
        int rows,
        int inputs,
        in LinearWeights weights,
        float* output,
        int outputs) => workspace.Sharing.Linear(kernel, input, rows, inputs, in weights, null, output, PanelLayout.Panels(outputs));
}

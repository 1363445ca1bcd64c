using KernelGen.Layout;

namespace KernelGen.Execution;

/// <summary>Runs linear kernels over rows: what a model's sublayers and its output projection have in common.</summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
/// <typeparam name="TPrecision">How the weights are stored.</typeparam>
internal static unsafe class LinearLayers<TKernels, TPrecision>
    where TKernels : struct, IModelKernels
    where TPrecision : struct, IWeightPrecision
{
    /// <summary>Rows as a linear kernel reads them: as they are, or quantised when weights are 8-bit integers.</summary>
    public static byte* Input(Workspace workspace, float* rows, int count, int stride, int width)
    {
        if (TPrecision.Value != WeightPrecision.Int8)
        {
            return (byte*)rows;
        }

        TKernels.Quantize(rows, count, stride, width, workspace.Quantized);
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
